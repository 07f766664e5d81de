package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.pricing.Usd;

/** More set aside for what runs: what may refuse it, and what it leaves. */
@SuppressWarnings("NullAway.Init") // started before all tests
class ExtendScriptTest {
    private static final Duration LIFE = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static int wallets;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, 3, Usd.parse("10"));
        control = on.control;
        raw = on.raw;
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    @Test
    void what_is_left_is_granted_down_to_the_least_and_never_a_second_time() {
        WalletAddress at = wallet("1.00");
        placed(at, "x", "0.40", CapDemands.NONE);
        assertThat(extended(at, "x", "0.50", "2.00")).isEqualTo("OK 1.00");
        topUp(at, "5.00");
        assertThat(extended(at, "x", "0.50", "2.00")).as("sent again").isEqualTo("OK 1.00");
        assertThat(extended(at, "x", "0.10", "0.20")).as("an older one").isEqualTo("OK 1.00");
        assertThat(held(at)).isEqualTo(Usd.parse("1.00"));
        assertThat(extended(at, "x", "1.50", "2.00")).isEqualTo("OK 2.00");
        assertThat(extended(at, "x", "6.000000001", "7.00")).isEqualTo("FUNDS");
        assertThat(extended(at, "x", "6.00", "7.00")).isEqualTo("OK 6.00");
    }

    @Test
    void a_ceiling_must_be_affordable_where_only_a_tranche_of_it_is_held() {
        WalletAddress at = wallet("1.00");
        Usd tranche = Usd.parse("0.10");
        for (int i = 0; i < 3; i++) {
            assertThat(control.place(place(at, "x" + i, Usd.parse("0.80"), tranche, CapDemands.NONE)))
                    .isInstanceOfSatisfying(
                            PlaceResult.Placed.class,
                            placed -> assertThat(placed.granted()).isEqualTo(tranche));
        }
        assertThat(control.place(place(at, "y", Usd.parse("0.80"), tranche, CapDemands.NONE)))
                .isInstanceOf(PlaceResult.InsufficientFunds.class);
        assertThat(held(at)).isEqualTo(Usd.parse("0.30"));
    }

    @Test
    void frozen_and_overdrawn_wallets_give_no_more_and_keep_what_is_held() {
        WalletAddress at = wallet("1.00");
        placed(at, "x", "0.40", CapDemands.NONE);
        for (String state : List.of("frozen", "closed", "moving")) {
            raw.hset(Keys.wallet(at), "state", state);
            assertThat(extended(at, "x", "0.50", "0.60")).isEqualTo("STATE");
            assertThat(extended(at, "x", "0.40", "0.40")).as("a renewal").isEqualTo("OK 0.40");
        }
        raw.hset(Keys.wallet(at), "state", "active");
        control.post(
                new Post(at, at + "-a", EntryKind.ADJUST, Usd.ZERO.minus(Usd.parse("2.00")), true, "TEST", "r", "t"));
        assertThat(extended(at, "x", "0.400000001", "0.60")).isEqualTo("FUNDS");
        assertThat(extended(at, "x", "0", "0")).as("a renewal").isEqualTo("OK 0.40");
        raw.hset(Keys.shard(3), "reinstating_ms", Long.toString(control.nowMs() + 60_000));
        topUp(at, "9.00");
        assertThat(extended(at, "x", "0.50", "0.60")).isEqualTo("REINSTATING");
        raw.hdel(Keys.shard(3), "reinstating_ms");
        assertThat(extended(at, "x", "0.50", "0.60")).isEqualTo("OK 0.60");
    }

    @Test
    void each_cap_holds_its_own_part_and_refuses_by_its_place() {
        WalletAddress at = wallet("9.00");
        String usd = at.wallet() + "u";
        String tokens = at.wallet() + "t";
        long limit = Usd.parse("1.00").nano();
        placed(
                at,
                "x",
                "0.40",
                new CapDemands(
                        List.of(
                                new CapDemand(
                                        usd,
                                        "s",
                                        1,
                                        0,
                                        CapUnit.USD,
                                        limit,
                                        0,
                                        0,
                                        CapDemand.NEVER_MS,
                                        CapDemand.NEVER_MS),
                                new CapDemand(tokens, "s", 1, 0, CapUnit.TOKENS, 100, 60_000, 0, 0, 0)),
                        40,
                        40));
        HeldCaps caps = control.exchange(3, at.wallet() + "x").orElseThrow().caps();
        List<Extend.Known> known = List.of(new Extend.Known(1, limit), new Extend.Known(1, 100));
        assertThat(extended(at, "x", "0.60", "0.80", new Extend.Caps(caps, known, 60, 80)))
                .isEqualTo("OK 0.80 80");
        assertThat(raw.hget(Keys.cap(3, usd + ":s"), "0:h"))
                .isEqualTo(Long.toString(Usd.parse("0.80").nano()));
        assertThat(raw.hget(Keys.cap(3, tokens + ":s"), "h")).isEqualTo("80");
        assertThat(extended(at, "x", "0.90", "1.50", new Extend.Caps(caps, known, 90, 150)))
                .as("what the caps have left")
                .isEqualTo("OK 1.00 100");
        assertThat(extended(at, "x", "1.10", "1.50", new Extend.Caps(caps, known, 90, 150)))
                .isEqualTo("CAP 0");
        assertThat(extended(at, "x", "0.90", "1.50", new Extend.Caps(caps, known, 110, 150)))
                .isEqualTo("CAP 1");
        List<Extend.Known> old = List.of(new Extend.Known(1, limit), new Extend.Known(0, 1000));
        assertThat(extended(at, "x", "0.90", "1.50", new Extend.Caps(caps, old, 110, 150)))
                .isEqualTo("STALE_CAP 1");
        assertThat(extended(at, "x", "1.10", "1.50"))
                .as("asked as if there were none")
                .isEqualTo("CAPS");
        assertThat(control.removeCap(at, usd, "s", 2)).isEqualTo(new SetResult.Done());
        assertThat(extended(at, "x", "1.10", "1.50", new Extend.Caps(caps, known, 90, 90)))
                .as("a cap that was removed only notes it")
                .isEqualTo("OK 1.50 100");
        control.settle(new Settle(
                at, at.wallet() + "x", "f", Usd.parse("1.20"), false, "r", false, new Settle.Counted(caps, 77, true)));
        assertThat(held(at)).isEqualTo(Usd.ZERO);
        assertThat(raw.exists(Keys.cap(3, usd + ":s")))
                .as("gone with its last hold")
                .isZero();
        assertThat(raw.hmget(Keys.cap(3, tokens + ":s"), "h", "s").stream()
                        .map(each -> each.getValue())
                        .toList())
                .isEqualTo(List.of("0", "77"));
    }

    @Test
    void what_expired_gets_no_more_and_settles_late() {
        WalletAddress at = wallet("1.00");
        placed(at, "x", "0.40", CapDemands.NONE);
        assertThat(extended(at, "x", "0.50", "0.60")).isEqualTo("OK 0.60");
        long past = control.nowMs() - 1;
        raw.zadd(Keys.expiries(3), (double) past, at.wallet() + "x");
        control.expire(3, new DueHold(at.wallet() + "x", "o", at.wallet(), 1, past));
        assertThat(extended(at, "x", "0.70", "0.80")).isEqualTo("EXPIRED");
        assertThat(held(at)).isEqualTo(Usd.ZERO);
        assertThat(control.settle(new Settle(at, at.wallet() + "x", "f", Usd.parse("0.55"), false, "r")))
                .isInstanceOf(SettleResult.Settled.class);
        assertThat(control.wallet(at).orElseThrow().balance()).isEqualTo(Usd.parse("0.45"));
        assertThat(extended(at, "x", "0.70", "0.80")).isEqualTo("DONE");
        assertThat(extended(at, "never", "0.70", "0.80")).isEqualTo("NO_HOLD");
    }

    @Test
    void a_full_redis_renews_and_sets_nothing_more_aside() {
        WalletAddress at = wallet("1.00");
        placed(at, "x", "0.40", CapDemands.NONE);
        raw.configSet("maxmemory", "1");
        try {
            assertThat(run(Calls.renew(renewal(at, "x"), 0)).getFirst()).isEqualTo("OK");
            assertThat(catchThrowable(() -> extended(at, "x", "0.50", "0.60"))).hasMessageContaining("OOM");
        } finally {
            raw.configSet("maxmemory", "0");
        }
        assertThat(held(at)).isEqualTo(Usd.parse("0.40"));
    }

    private static String extended(WalletAddress at, String id, String min, String want) {
        return extended(at, id, min, want, Extend.Caps.NONE);
    }

    /** Sent twice: the same comes of it. */
    private static String extended(WalletAddress at, String id, String min, String want, Extend.Caps caps) {
        Call call = Calls.extend(new Extend(renewal(at, id), Usd.parse(min), Usd.parse(want), caps), 0);
        String first = word(run(call));
        assertThat(word(run(call))).as("sent again").isEqualTo(first);
        return first;
    }

    private static String word(List<Object> reply) {
        return switch (Results.extend(new Reply(reply))) {
            case ExtendResult.Extended ok -> "OK " + ok.held() + (ok.tokens() > 0 ? " " + ok.tokens() : "");
            case ExtendResult.CapReached cap -> "CAP " + cap.index();
            case ExtendResult.StaleCap cap -> "STALE_CAP " + cap.index();
            default -> String.valueOf(reply.getFirst());
        };
    }

    private static List<Object> run(Call call) {
        return raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args());
    }

    private static Renew renewal(WalletAddress at, String id) {
        return new Renew(at, at.wallet() + id, 1, Usd.ZERO, LIFE);
    }

    private static Place place(WalletAddress at, String id, Usd min, Usd want, CapDemands caps) {
        return new Place(at, at.wallet() + id, 1, min, want, LIFE, LIFE, Usd.ZERO, 0, "v", "TEST", false, caps);
    }

    private static void placed(WalletAddress at, String id, String amount, CapDemands caps) {
        Usd held = Usd.parse(amount);
        assertThat(control.place(place(at, id, held, held, caps))).isInstanceOf(PlaceResult.Placed.class);
    }

    private static Usd held(WalletAddress at) {
        return control.wallet(at).orElseThrow().held();
    }

    private static void topUp(WalletAddress at, String amount) {
        control.post(new Post(at, at + "-t" + wallets++, EntryKind.TOP_UP, Usd.parse(amount), false, "TEST", "r", "t"));
    }

    private static WalletAddress wallet(String amount) {
        WalletAddress at = new WalletAddress(3, "o", "w" + wallets++);
        control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t"));
        topUp(at, amount);
        return at;
    }
}
