package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.ClusterFleet;
import tollgate.pricing.Usd;
import tollgate.records.Records;

/** Two gateways on a cluster whose slots move and whose primaries die under load: the books stay exact. */
@Wide
class ClusterTest {
    private static final Usd FUNDS = Usd.parse("50.00");
    private static final int ORGANISATIONS = 12;

    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final List<TestGateway> gateways = new ArrayList<>();
    private final List<Account> accounts = new ArrayList<>();

    private ClusterFleet start(boolean replicas) throws Exception {
        ClusterFleet fleet = started(new ClusterFleet(folder, replicas));
        for (String name : List.of("one", "other")) {
            gateways.add(started(TestGateway.start(
                            folder.resolve(name),
                            "redis: { url: '" + fleet.url() + "' }\n",
                            () -> Records.sqlite(folder.resolve("records.db")))
                    .expectingLag()));
        }
        for (int i = 0; i < ORGANISATIONS; i++) {
            accounts.add(gateways.get(i % 2).account("org-" + i, FUNDS.toString()));
        }
        return fleet;
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    private int shard(Account account) {
        return gateways.getFirst()
                .installation
                .records()
                .wallets()
                .find(account.wallet())
                .orElseThrow()
                .shard();
    }

    @Test
    void shards_are_spread_and_one_whose_slot_moves_under_load_is_served_again_from_its_new_server() throws Exception {
        ClusterFleet fleet = start(false);
        assertThat(accounts.stream().map(each -> fleet.ownerOf(shard(each))).distinct())
                .containsExactlyInAnyOrder(0, 1, 2);
        SteadyLoad load = started(new SteadyLoad(gateways, accounts, 6));
        load.serve(300);
        int shard = shard(accounts.getFirst());
        for (int move = 0; move < 3; move++) {
            int from = fleet.ownerOf(shard);
            int to = (from + 1) % 3;
            long since = System.nanoTime();
            fleet.move(shard, from, to);
            System.out.printf("slot of shard %d moved in %d ms%n", shard, (System.nanoTime() - since) / 1_000_000);
            assertThat(fleet.ownerOf(shard)).isEqualTo(to);
            servedBy(accounts.getFirst());
            load.serve(100);
        }
        load.isBookedExactly(gateways, accounts, FUNDS);
        System.out.println("slot moved three times: " + load);
    }

    @Test
    void a_killed_primary_closes_its_own_shards_alone_and_its_replica_serves_them_with_exact_books() throws Exception {
        ClusterFleet fleet = start(true);
        SteadyLoad load = started(new SteadyLoad(gateways, accounts, 6));
        load.serve(300);
        Account hit = accounts.getFirst();
        int owner = fleet.ownerOf(shard(hit));
        Account spared = accounts.stream()
                .filter(each -> fleet.ownerOf(shard(each)) != owner)
                .findFirst()
                .orElseThrow();
        long killed = System.nanoTime();
        fleet.primary(owner).kill();
        int refused = 0;
        int served = 0;
        while (gateways.getFirst()
                        .ask(hit, TestGateway.chat(false, 50), "tokens=5")
                        .statusCode()
                != 200) {
            refused++;
            int status = gateways.getFirst()
                    .ask(spared, TestGateway.chat(false, 50), "tokens=5")
                    .statusCode();
            served += status == 200 ? 1 : 0;
            assertThat(gateways.getFirst().get(spared, "/readyz").statusCode()).isEqualTo(200);
            assertThat(System.nanoTime() - killed)
                    .isLessThan(Duration.ofSeconds(60).toNanos());
        }
        System.out.printf(
                "primary killed: its shards served again after %.1f s; meanwhile %d of %d requests for others%n",
                (System.nanoTime() - killed) / 1e9, served, refused);
        assertThat(refused).isPositive();
        assertThat(served).as("of shards elsewhere").isGreaterThan(refused * 9 / 10);
        accounts.forEach(this::servedBy);
        load.isBookedExactly(gateways, accounts, FUNDS);
        System.out.println("primary of a cluster killed: " + load);
        // it comes back as a replica of who replaced it
        fleet.primary(owner).again();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ClusterFleet.asked(fleet.primary(owner), redis -> redis.info("replication"))
                        .contains("role:slave"));
    }

    private void servedBy(Account account) {
        for (TestGateway gateway : gateways) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> gateway.ask(account, TestGateway.chat(false, 50), "tokens=5")
                                    .statusCode()
                            == 200);
        }
    }
}
