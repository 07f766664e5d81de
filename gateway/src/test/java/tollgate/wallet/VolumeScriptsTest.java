package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.Usd;

/**
 * What the scripts do with what an organisation is charged in a month: every settlement counts, in the month of its place, and each
 * place notes what was charged by then; nothing is held or refused for it.
 */
@SuppressWarnings("NullAway.Init") // started before all tests
class VolumeScriptsTest {
    private static final int SHARD = 11;
    private static final Duration LIFE = Duration.ofHours(1);
    private static final long MONTH = 30L * 86_400_000;

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static long start;
    private static int made;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, SHARD, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
        begin((control.nowMs() / MONTH + 2) * MONTH);
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    /** The scripts' clock, which never goes back, is at the beginning of a month. */
    private static void begin(long ms) {
        start = ms;
        raw.hset(Keys.shard(SHARD), "hwm_ms", Long.toString(ms));
    }

    private static WalletAddress wallet() {
        WalletAddress at = new WalletAddress(SHARD, "o", "w" + made++);
        control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t"));
        control.post(new Post(at, at + "-top", EntryKind.TOP_UP, new Usd(100_000), false, "TEST", "", "t"));
        return at;
    }

    private static CapDemand month(String name) {
        return new CapDemand(name, "o", 0, 0, CapUnit.VOLUME, 0, 0, start, start + MONTH, start + 2 * MONTH);
    }

    private static String fresh() {
        return "v" + made++ + "_month";
    }

    private static Place place(WalletAddress at, String id, CapDemand... demands) {
        return new Place(
                at,
                id,
                1,
                new Usd(500),
                new Usd(1000),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                new CapDemands(List.of(demands), 100, 200));
    }

    private static HeldCaps placed(WalletAddress at, String id, CapDemand... demands) {
        PlaceResult result = control.place(place(at, id, demands));
        assertThat(result).isInstanceOf(PlaceResult.Placed.class);
        return ((PlaceResult.Placed) result).caps();
    }

    private static void settled(WalletAddress at, String id, long usd) {
        assertThat(control.settle(settle(at, id, usd, HeldCaps.NONE))).isInstanceOf(SettleResult.Settled.class);
    }

    private static Settle settle(WalletAddress at, String id, long usd, HeldCaps caps) {
        return new Settle(at, id, "f", new Usd(usd), false, "chat", false, new Settle.Counted(caps, 9, true));
    }

    private static String counter(String name, long window) {
        Map<String, String> fields = raw.hgetall(Keys.cap(SHARD, name + ":o"));
        return fields.get(window + ":s") + " spent, " + fields.getOrDefault(window + ":h", "0") + " held";
    }

    @Test
    void each_place_notes_what_was_charged_by_then_and_sent_again_the_same() {
        WalletAddress at = wallet();
        String name = fresh();
        HeldCaps first = placed(at, at + "x", month(name));
        assertThat(first.text()).isEqualTo(name + ":o,y,0," + start + ",0");
        assertThat(counter(name, start)).isEqualTo("0 spent, 0 held");
        placed(at, at + "y", month(name));
        settled(at, at + "y", 700);
        assertThat(placed(at, at + "z", month(name)).chargedBefore()).isEqualTo(new Usd(700));
        assertThat(placed(at, at + "x", month(name))).isEqualTo(first);
        settled(at, at + "x", 0);
        settled(at, at + "z", 1_500);
        assertThat(counter(name, start)).isEqualTo("2200 spent, 0 held");
        assertThat(sum(name)).isEqualTo(2_200);
    }

    @Test
    void an_expiry_counts_what_it_takes_and_a_late_total_corrects_it_in_the_month_of_its_place() {
        WalletAddress at = wallet();
        String name = fresh();
        long before = start;
        placed(at, at + "x", month(name));
        placed(at, at + "late", month(name));
        Call renewed = Calls.renew(new Renew(at, at + "x", 1, new Usd(300), LIFE, 0), 0);
        raw.eval(renewed.script().text(), ScriptOutputType.MULTI, renewed.keys(), renewed.args());
        raw.zadd(Keys.expiries(SHARD), (double) start - 1, at + "x");
        assertThat(control.expire(SHARD, new DueHold(at + "x", "o", at.wallet(), 1, start - 1)))
                .isInstanceOf(SettleResult.Settled.class);
        assertThat(counter(name, start)).isEqualTo("300 spent, 0 held");
        begin(start + MONTH);
        assertThat(placed(at, at + "y", month(name)).chargedBefore())
                .as("a new month")
                .isEqualTo(Usd.ZERO);
        settled(at, at + "x", 120);
        settled(at, at + "late", 50);
        settled(at, at + "y", 7);
        assertThat(counter(name, before)).isEqualTo("170 spent, 0 held");
        assertThat(counter(name, start)).isEqualTo("7 spent, 0 held");
        assertThat(sum(name)).isEqualTo(177);
        begin(start + 4 * MONTH);
        placed(at, at + "z", month(name));
        assertThat(raw.hgetall(Keys.cap(SHARD, name + ":o")))
                .as("months that are long over are not kept")
                .doesNotContainKeys(before + ":s", before + ":h");
    }

    @Test
    void a_hold_that_is_placed_again_has_its_note_and_more_may_be_held_for_it() {
        WalletAddress at = wallet();
        String name = fresh();
        placed(at, at + "w", month(name));
        settled(at, at + "w", 800);
        HeldCaps caps = placed(at, at + "x", month(name));
        assertThat(caps.chargedBefore()).isEqualTo(new Usd(800));
        raw.del(Keys.exchange(SHARD, at + "x"));
        Place plain = place(at, at + "x", month(name));
        PlaceResult again = control.place(new Place(
                at, at + "x", 2, plain.min(), plain.want(), LIFE, LIFE, Usd.ZERO, 0, "v", "TEST", true, caps.again()));
        assertThat(again)
                .isInstanceOfSatisfying(
                        PlaceResult.Placed.class, one -> assertThat(one.caps()).isEqualTo(caps));
        Call more = Calls.extend(
                new Extend(
                        new Renew(at, at + "x", 2, Usd.ZERO, LIFE),
                        new Usd(2_000),
                        new Usd(2_000),
                        new Extend.Caps(caps, List.of(new Extend.Known(0, 0)), 0, 0)),
                0);
        List<Object> reply = raw.eval(more.script().text(), ScriptOutputType.MULTI, more.keys(), more.args());
        assertThat(Results.extend(new Reply(reply))).isInstanceOf(ExtendResult.Extended.class);
        assertThat(control.exchange(SHARD, at + "x").orElseThrow().caps()).isEqualTo(caps);
        settled(at, at + "x", 1_900);
        assertThat(counter(name, start)).isEqualTo("2700 spent, 0 held");
    }

    @Test
    void it_stands_behind_a_bundle_and_before_sixteen_caps_and_refuses_nothing() {
        WalletAddress at = wallet();
        String name = fresh();
        List<CapDemand> all = new ArrayList<>();
        all.add(new CapDemand(
                "b_month_n" + made, "o", 0, 0, CapUnit.BUNDLE, 50, 0, start, start + MONTH, start + 2 * MONTH));
        all.add(month(name));
        for (int i = 0; i < 16; i++) {
            all.add(new CapDemand(
                    "c" + i + "_" + made, "s", 1, 0, CapUnit.USD, 9_000, 0, start, start + MONTH, start + 2 * MONTH));
        }
        HeldCaps caps = placed(at, at + "x", all.toArray(CapDemand[]::new));
        assertThat(caps.counters()).hasSize(18);
        assertThat(caps.paidFor()).isEqualTo(50);
        settled(at, at + "x", 600);
        assertThat(counter(name, start)).isEqualTo("600 spent, 0 held");
    }

    @ParameterizedTest(name = "argument {0} is {1}")
    @CsvSource({
        "20, -1",
        "21, x",
        "22, q",
        "23, -1",
        "23, 9007199254740993",
        "24, 60000",
        "25, -1",
        "25, ''",
        "26, 1",
        "27, 1000000000000000000000000000000",
    })
    void a_place_that_none_of_ours_would_send_is_refused_by_name_and_writes_nothing(int argument, String value) {
        WalletAddress at = wallet();
        String name = fresh();
        Call call = Calls.place(place(at, at + "x", month(name)), 0);
        String[] args = call.args().clone();
        args[argument - 1] = value;
        refused(call, args, "RANGE");
        assertThat(raw.exists(Keys.exchange(SHARD, at + "x"), Keys.cap(SHARD, name + ":o")))
                .isZero();
    }

    @Test
    void there_is_one_and_it_is_first_and_what_somebody_wrote_into_it_is_not_guessed_at() {
        WalletAddress at = wallet();
        CapDemand one = month(fresh());
        CapDemand open = new CapDemand("c", "s", 1, 0, CapUnit.OPEN, 9, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS);
        for (Call call : List.of(
                Calls.place(place(at, at + "x", one, month(fresh())), 0),
                Calls.place(place(at, at + "x", open, one), 0))) {
            refused(call, call.args(), "RANGE");
        }
        Call call = Calls.place(place(at, at + "x", one), 0);
        raw.set(Keys.cap(SHARD, one.counter()), "text");
        refused(call, call.args(), "CORRUPT");
        raw.del(Keys.cap(SHARD, one.counter()));
        raw.hset(Keys.cap(SHARD, one.counter()), start + ":s", "1e9");
        refused(call, call.args(), "CORRUPT");
    }

    private static void refused(Call call, String[] args, String expected) {
        List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), args);
        assertThat(reply.getFirst()).as(reply.toString()).isEqualTo(expected);
    }

    private static long sum(String name) {
        long sum = 0;
        for (LedgerEntry entry : control.entries(SHARD, "", 100_000)) {
            for (String move : entry.caps().split(";", -1)) {
                String[] parts = move.split(",", -1);
                if (parts[0].equals(name + ":o")) {
                    assertThat(parts[1]).isEqualTo("y");
                    sum += Long.parseLong(parts[3]);
                }
            }
        }
        return sum;
    }
}
