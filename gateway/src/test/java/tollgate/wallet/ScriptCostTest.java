package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Wide;
import tollgate.pricing.Usd;

/**
 * What the scripts take of Redis, by its own count ({@code INFO commandstats}), beside a yardstick that runs the same plain
 * commands with nothing decided in between: in interleaved blocks, of which the tenth percentile counts, so that a busy
 * machine slows both. Their ratio may not grow unseen, and it may not grow with what is in Redis.
 */
@Wide
@SuppressWarnings("NullAway.Init") // started before all tests
class ScriptCostTest {
    private static final List<CapUnit> UNITS = List.of(CapUnit.USD, CapUnit.TOKENS, CapUnit.REQUESTS);
    private static final int SHARD = 3;
    private static final int BLOCKS = 60;
    private static final int CALLS = 50;
    private static final Pattern EVALSHA = Pattern.compile("cmdstat_evalsha:calls=(\\d+),usec=(\\d+)");
    private static final Duration LIFE = Duration.ofHours(1);

    /** The commands of a place and a settlement without caps, bare. */
    private static final String YARDSTICK = """
            redis.call('HMGET', KEYS[1], 'run', 'epoch', 'n', 'hwm_ms', 'no_reap_ms', 'reinstating_ms')
            redis.call('INFO', 'replication')
            redis.call('TIME')
            redis.call('HMGET', KEYS[2], 'bal', 'held', 'state', 'open', 'cur')
            redis.call('HMGET', KEYS[3], 'st', 'gen', 'amt', 'exp')
            redis.call('ZSCORE', KEYS[4], ARGV[1])
            redis.call('HGET', KEYS[2], 'pol')
            redis.call('HSET', KEYS[3], 'st', 'OPEN', 'o', 'o', 'w', 'w', 'gen', '1', 'amt', '1', 'acc', '0', 'exp', '1',
              'end', '1', 'pv', 'v')
            redis.call('HSET', KEYS[2], 'held', '0', 'open', '0')
            redis.call('ZADD', KEYS[4], '1', ARGV[1])
            redis.call('ZREM', KEYS[4], ARGV[1])
            redis.call('HSET', KEYS[1], 'hwm_ms', '1')
            redis.call('DEL', KEYS[3])
            return {'OK'}
            """;

    /** A third more than was measured when this was written, on a quiet machine: a step that somebody has to explain. */
    private static final List<Most> MOST =
            List.of(new Most(0, 2.5, 3.5), new Most(1, 3.4, 4.2), new Most(3, 4.8, 5.2), new Most(16, 12.5, 11.2));

    private record Most(int caps, double place, double settle) {}

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static StatefulRedisConnection<String, String> connection;
    private static RedisCommands<String, String> raw;
    private static String yardstick;
    private static int made;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, SHARD, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
        connection = on.connection;
        connection.setTimeout(Duration.ofMinutes(5));
        yardstick = raw.scriptLoad(YARDSTICK);
        for (Script script : Script.values()) {
            raw.scriptLoad(script.text());
        }
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    /** Microseconds of a place and of a settlement, and what they are of the yardstick's. */
    private record Cost(double place, double settle, double placeMicros, double settleMicros) {}

    @Test
    void scripts_cost_what_they_cost_whatever_the_number_of_caps() {
        WalletAddress at = wallet();
        MOST.forEach(most -> measure(at, most.caps, 5));
        Map<Most, Cost> costs = new LinkedHashMap<>();
        for (Most most : MOST) {
            Cost cost = measure(at, most.caps, BLOCKS);
            costs.put(most, cost);
            System.out.printf(
                    "scripts under %d caps: place %.1f us (%.2f of the yardstick), settle %.1f us (%.2f)%n",
                    most.caps, cost.placeMicros, cost.place, cost.settleMicros, cost.settle);
        }
        costs.forEach((most, cost) -> {
            assertThat(cost.place).as("place under %d caps", most.caps).isLessThan(most.place);
            assertThat(cost.settle).as("settle under %d caps", most.caps).isLessThan(most.settle);
        });
    }

    @Test
    void a_million_wallets_and_ten_thousand_caps_make_no_script_dearer() {
        WalletAddress at = wallet();
        measure(at, 3, 5);
        Cost alone = measure(at, 3, BLOCKS);
        raw.eval(
                "for i = 1, 1000000 do redis.call('HSET', '{s3}:w:other' .. i, 'bal', '5', 'held', '0', 'seq', '1',"
                        + " 'open', '0', 'cur', 'TEST', 'state', 'active') end"
                        + " for i = 1, 10000 do redis.call('HSET', '{s3}:c:other' .. i .. ':s', 'v', '1', 'rv', '0', 'rn',"
                        + " '0', '0:s', '5', '0:h', '0') end return 1",
                ScriptOutputType.INTEGER);
        Cost among = measure(at, 3, BLOCKS);
        System.out.printf(
                "scripts among a million wallets and 10,000 caps: place %.2f, settle %.2f of what they cost alone%n",
                among.place / alone.place, among.settle / alone.settle);
        assertThat(among.place / alone.place).isBetween(0.6, 1.4);
        assertThat(among.settle / alone.settle).isBetween(0.6, 1.4);
    }

    private static WalletAddress wallet() {
        WalletAddress at = new WalletAddress(SHARD, "o", "w" + made++);
        control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t"));
        control.post(new Post(at, at + "-top", EntryKind.TOP_UP, Usd.parse("1000000"), false, "TEST", "", "t"));
        return at;
    }

    private static Cost measure(WalletAddress at, int caps, int blocks) {
        List<CapDemand> demands = new ArrayList<>();
        for (int i = 0; i < caps; i++) {
            demands.add(new CapDemand(
                    "cap" + i,
                    "s",
                    1,
                    0,
                    UNITS.get(i % UNITS.size()),
                    Usd.MAX_NANO / 2,
                    0,
                    0,
                    CapDemand.NEVER_MS,
                    CapDemand.NEVER_MS));
        }
        List<Double> places = new ArrayList<>();
        List<Double> settles = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            List<Call> placing = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                placing.add(Calls.place(place(at, "x" + made + "-" + block + "-" + i, demands), 0));
            }
            bare.add(micros(yardsticks(at)));
            places.add(micros(placing));
            List<Call> settling = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                String id = "x" + made + "-" + block + "-" + i;
                HeldCaps held = control.exchange(SHARD, id).orElseThrow().caps();
                Settle settle =
                        new Settle(at, id, "f", new Usd(900), false, "chat", false, new Settle.Counted(held, 20, true));
                settling.add(Calls.settle(settle, Usd.parse("10"), 0));
            }
            settles.add(micros(settling));
        }
        made++;
        double yard = tenth(bare);
        double place = tenth(places);
        double settle = tenth(settles);
        return new Cost(place / yard, settle / yard, place, settle);
    }

    private static List<Call> yardsticks(WalletAddress at) {
        String[] keys = {"{s3}:yard:m", Keys.wallet(at) + "-yard", "{s3}:yard:x", "{s3}:yard:hx"};
        return Collections.nCopies(CALLS, new Call(Script.FENCE, SHARD, keys, new String[] {"x"}));
    }

    private static Place place(WalletAddress at, String id, List<CapDemand> caps) {
        return new Place(
                at,
                id,
                1,
                new Usd(1_000),
                new Usd(1_000),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                caps.isEmpty() ? CapDemands.NONE : new CapDemands(caps, 20, 20));
    }

    /** Microseconds of each of these, by Redis's own count. */
    private static double micros(List<Call> calls) {
        raw.configResetstat();
        List<RedisFuture<List<Object>>> replies = new ArrayList<>();
        connection.setAutoFlushCommands(false);
        for (Call call : calls) {
            String sha =
                    call.script() == Script.FENCE ? yardstick : call.script().sha();
            replies.add(connection.async().evalsha(sha, ScriptOutputType.MULTI, call.keys(), call.args()));
        }
        connection.setAutoFlushCommands(true);
        connection.flushCommands();
        for (RedisFuture<List<Object>> reply : replies) {
            List<Object> parts =
                    reply.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(parts.getFirst()).asString().isEqualTo("OK");
        }
        Matcher counted = EVALSHA.matcher(raw.info("commandstats"));
        assertThat(counted.find()).isTrue();
        assertThat(counted.group(1)).isEqualTo(Integer.toString(calls.size()));
        return Double.parseDouble(counted.group(2)) / calls.size();
    }

    private static double tenth(List<Double> figures) {
        Collections.sort(figures);
        return figures.get(figures.size() / 10);
    }
}
