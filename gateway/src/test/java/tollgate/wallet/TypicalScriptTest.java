package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.pricing.Usd;

/** Holds below what their exchanges can come to: what a wallet can overrun by them never passes its bound. */
@SuppressWarnings("NullAway.Init") // started before all tests
class TypicalScriptTest {
    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final long MOST = 1_000;

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static int wallets;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, 3, new Usd(MOST));
        control = on.control;
        raw = on.raw;
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    private record Open(long granted, long worst) {}

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void however_many_run_at_once_overruns_stay_within_their_bound(long seed) {
        Random random = new Random(seed);
        WalletAddress at = wallet(20_000);
        Map<String, Open> open = new HashMap<>();
        boolean strict = false;
        for (int step = 0; step < 300; step++) {
            String id = at.wallet() + "x" + step;
            if (random.nextInt(3) > 0) {
                long usual = 1L + random.nextInt(50);
                long worst = usual + random.nextInt(400);
                PlaceResult placed = null;
                for (int sent = random.nextInt(3); sent >= 0; sent--) {
                    placed = control.place(place(at, id, usual, worst));
                }
                if (placed instanceof PlaceResult.Placed ok) {
                    assertThat(ok.granted().nano()).isBetween(usual, worst);
                    strict |= ok.granted().nano() > usual;
                    open.put(id, new Open(ok.granted().nano(), worst));
                }
            } else if (!open.isEmpty()) {
                String ended = List.copyOf(open.keySet()).get(random.nextInt(open.size()));
                Open was = Objects.requireNonNull(open.remove(ended));
                // all that it can come to, or nothing, or something
                long total = random.nextInt(3) == 0 ? was.worst : random.nextLong(was.worst + 1);
                for (int sent = random.nextInt(3); sent >= 0; sent--) {
                    control.settle(new Settle(at, ended, "f", new Usd(total), false, "r"));
                }
            }
            long risk = open.values().stream()
                    .mapToLong(each -> each.worst - each.granted)
                    .sum();
            assertThat(number(at, "risk")).as("seed %d step %d", seed, step).isEqualTo(risk);
            assertThat(number(at, "over") + risk)
                    .as("seed %d step %d", seed, step)
                    .isLessThanOrEqualTo(MOST);
            assertThat(control.wallet(at).orElseThrow().balance().nano()).isGreaterThanOrEqualTo(-MOST);
            assertThat(raw.hget(Keys.wallet(at), "state")).isEqualTo("active");
        }
        assertThat(strict).as("some held more than is usual").isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "room for all of it,                       0,    0,   50, Placed 10",
        "room for some: the rest is held,          0,  990,   50, Placed 40",
        "past overruns count,                    985,    5,   50, Placed 40",
        "no room: held strictly,                1000,    0,   50, Placed 50",
        "less than what may be lost is there,   1000,    0, 9000, InsufficientFunds",
    })
    void what_is_held_leaves_no_more_to_lose_than_may_be(
            String story, long over, long risk, long worst, String outcome) {
        WalletAddress at = wallet(1_000);
        raw.hset(Keys.wallet(at), Map.of("over", Long.toString(over), "risk", Long.toString(risk)));
        PlaceResult placed = control.place(place(at, at.wallet() + "x", 10, worst));
        String granted =
                placed instanceof PlaceResult.Placed ok ? " " + ok.granted().nano() : "";
        assertThat(placed.getClass().getSimpleName() + granted).isEqualTo(outcome);
    }

    @Test
    void an_upstream_that_reports_more_than_can_be_freezes_the_wallet() {
        WalletAddress at = wallet(10_000);
        control.place(place(at, at.wallet() + "x", 10, 50));
        control.settle(new Settle(at, at.wallet() + "x", "f", new Usd(1_010 + 1), false, "r"));
        assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("frozen");
        assertThat(number(at, "risk")).isZero();
    }

    @Test
    void what_expires_or_is_placed_again_is_counted_once() {
        WalletAddress at = wallet(1_000);
        String id = at.wallet() + "x";
        control.place(place(at, id, 10, 50));
        assertThat(number(at, "risk")).isEqualTo(40);
        long past = control.nowMs() - 1;
        raw.zadd(Keys.expiries(3), (double) past, id);
        control.expire(3, new DueHold(id, "o", at.wallet(), 1, past));
        assertThat(number(at, "risk")).isZero();
        control.settle(new Settle(at, id, "f", new Usd(50), false, "r"));
        assertThat(number(at, "risk")).isZero();
        assertThat(number(at, "over")).isEqualTo(40);
    }

    @Test
    void nonsense_is_refused_by_name_and_writes_nothing() {
        WalletAddress at = wallet(1_000);
        Call good = Calls.place(place(at, at.wallet() + "x", 10, 50), 0);
        Map<String, String> before = raw.hgetall(Keys.wallet(at));
        for (int argument : new int[] {17, 18}) {
            for (String bad : List.of("", "-1", "9007199254740993", "1" + "0".repeat(30), "1e3", "nan", "9")) {
                String[] args = good.args().clone();
                args[argument] = bad;
                if (argument == 17 || !bad.equals("9")) {
                    List<Object> reply = raw.eval(good.script().text(), ScriptOutputType.MULTI, good.keys(), args);
                    assertThat(reply.getFirst())
                            .as("argument %d '%s'", argument + 1, bad)
                            .isEqualTo("RANGE");
                }
            }
        }
        raw.hset(Keys.wallet(at), "risk", "x");
        assertThat(raw.<List<Object>>eval(good.script().text(), ScriptOutputType.MULTI, good.keys(), good.args()))
                .first()
                .isEqualTo("CORRUPT");
        raw.hdel(Keys.wallet(at), "risk");
        assertThat(raw.hgetall(Keys.wallet(at))).isEqualTo(before);
    }

    private static long number(WalletAddress at, String field) {
        String value = raw.hget(Keys.wallet(at), field);
        return value == null ? 0 : Long.parseLong(value);
    }

    private static Place place(WalletAddress at, String id, long usual, long worst) {
        return new Place(
                at,
                id,
                1,
                new Usd(usual),
                new Usd(usual),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                CapDemands.NONE,
                null,
                false,
                new Place.Risk(new Usd(worst), new Usd(MOST)),
                Place.USUAL_MOST_OPEN);
    }

    private static WalletAddress wallet(long nano) {
        WalletAddress at = new WalletAddress(3, "o", "w" + wallets++);
        control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t"));
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, new Usd(nano), false, "TEST", "r", "t"));
        return at;
    }
}
