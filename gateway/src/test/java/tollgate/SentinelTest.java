package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tollgate.embedded.SentinelFleet.asked;

import io.lettuce.core.RedisException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.embedded.SentinelFleet;
import tollgate.pricing.Usd;
import tollgate.records.Records;

/** Two gateways follow the primary that sentinels name, under load, and the books stay exact. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class SentinelTest {
    private static final Usd FUNDS = Usd.parse("50.00");

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private SentinelFleet fleet;
    private List<TestGateway> gateways;
    private List<Account> accounts;
    private SteadyLoad load;

    @BeforeEach
    void start() throws Exception {
        fleet = started(new SentinelFleet(folder));
        gateways = List.of(gateway("one"), gateway("other"));
        accounts = List.of(
                gateways.get(0).account("a", FUNDS.toString()), gateways.get(1).account("b", FUNDS.toString()));
        load = started(new SteadyLoad(gateways, accounts, 4));
        load.serve(200);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    private TestGateway gateway(String name) throws Exception {
        return started(TestGateway.start(
                        folder.resolve(name),
                        "redis: { url: '" + fleet.url() + "' }\n",
                        () -> Records.sqlite(folder.resolve("records.db")))
                .expectingLag());
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    @Test
    void a_killed_primary_is_followed_by_its_replica_and_nothing_is_lost_or_doubled() throws Exception {
        long killed = System.nanoTime();
        fleet.primary.kill();
        load.serve(300);
        isExact("primary killed", killed);
        // it comes back as a replica of the new one, which then falls in its turn
        fleet.primary.again();
        awaitReplica(fleet.primary);
    }

    @Test
    void a_commanded_failover_loses_nothing() throws Exception {
        for (int turn = 0; turn < 2; turn++) {
            RedisProcess old = turn == 0 ? fleet.primary : fleet.replica;
            long commanded = System.nanoTime();
            fleet.failOver();
            awaitReplica(old);
            load.serve(300);
            System.out.println("commanded failover: nobody served for " + load.longestPauseAfter(commanded));
        }
        isExact("two commanded failovers", System.nanoTime());
    }

    @Test
    void a_primary_that_sleeps_through_its_replacement_is_not_written_to_when_it_wakes() throws Exception {
        long paused = System.nanoTime();
        fleet.primary.pause();
        load.serve(300);
        fleet.primary.resume();
        // what was in its sockets when it fell asleep
        load.serve(50);
        String before = scripts(fleet.primary);
        load.serve(300);
        // no sentinel has told it yet, or one has: neither way a script comes here any more
        assertThat(scripts(fleet.primary)).isEqualTo(before);
        awaitReplica(fleet.primary);
        isExact("primary asleep", paused);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> written(fleet.primary).equals(written(fleet.replica)));
    }

    /** What a shard says of itself there. */
    private Map<String, String> written(RedisProcess server) {
        return asked(server, redis -> redis.hgetall(meta()));
    }

    private String meta() {
        return "{s" + gateways.getFirst().installation.records().shards().used().getFirst() + "}:m";
    }

    private static String scripts(RedisProcess server) {
        return asked(server, redis -> redis.info("commandstats"))
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .map(line -> line.replaceFirst(",usec=.*", ""))
                .toList()
                .toString();
    }

    private static void awaitReplica(RedisProcess server) {
        await().atMost(Duration.ofMinutes(1))
                // whoever is made a replica is cut off first
                .ignoreExceptionsInstanceOf(RedisException.class)
                .until(() -> asked(server, redis -> redis.info("replication")).contains("role:slave"));
    }

    private void isExact(String what, long since) {
        load.isBookedExactly(gateways, accounts, FUNDS);
        System.out.println(what + ": " + load + "; nobody served for " + load.longestPauseAfter(since));
    }
}
