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
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.pricing.Usd;

/** Rates, limits on what is open, and places that nothing is enforced upon, at their edges. */
@SuppressWarnings("NullAway.Init") // started before all tests
class LimitScriptsTest {
    private static final int SHARD = 11;
    private static final Duration LIFE = Duration.ofHours(1);
    private static final long MINUTE = 60_000;

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static long clock;
    private static int made;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, SHARD, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
        at(control.nowMs() + 48 * 3_600_000L);
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    /** The scripts' clock, which never goes back. */
    private static void at(long ms) {
        clock = ms;
        raw.hset(Keys.shard(SHARD), "hwm_ms", Long.toString(ms));
    }

    private static WalletAddress wallet(long balance) {
        WalletAddress at = new WalletAddress(SHARD, "o", "w" + made++);
        control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t"));
        if (balance > 0) {
            control.post(new Post(at, at + "-top", EntryKind.TOP_UP, new Usd(balance), false, "TEST", "", "t"));
        }
        return at;
    }

    private static CapDemand rate(String cap, long limit, long period) {
        return rate(cap, limit, period, 1);
    }

    private static CapDemand rate(String cap, long limit, long period, long version) {
        return new CapDemand(cap, "s", version, 0, CapUnit.RATE, limit, period, 0, 0, 0);
    }

    private static CapDemand open(String cap, long limit) {
        return new CapDemand(cap, "s", 1, 0, CapUnit.OPEN, limit, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS);
    }

    private static CapDemand tokens(String cap, long limit) {
        return new CapDemand(cap, "s", 1, 0, CapUnit.TOKEN_RATE, limit, 1_000, 0, 0, 0);
    }

    private static Place place(WalletAddress at, String id, long usd, boolean observed, CapDemand... caps) {
        return new Place(
                at,
                id,
                1,
                new Usd(usd),
                new Usd(usd),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                new CapDemands(List.of(caps), 10, 10),
                null,
                observed,
                null,
                Place.USUAL_MOST_OPEN);
    }

    private static PlaceResult placed(WalletAddress at, String id, long usd, CapDemand... caps) {
        return control.place(place(at, id, usd, false, caps));
    }

    private static boolean admitted(WalletAddress at, CapDemand... caps) {
        return placed(at, at + "-" + made++, 1, caps) instanceof PlaceResult.Placed;
    }

    private static SettleResult settled(WalletAddress at, String id, long usd) {
        return control.settle(new Settle(
                at, id, "f", new Usd(usd), false, "chat", false, new Settle.Counted(HeldCaps.NONE, usd, true)));
    }

    private static CapCounter counter(String cap) {
        return control.caps().find(SHARD, cap + ":s").orElseThrow();
    }

    private static LedgerEntry lastEntry() {
        return control.entries(SHARD, "", 1_000_000).getLast();
    }

    @ParameterizedTest(name = "{0} per {1} ms")
    @CsvSource({"1, 60000", "2, 60000", "7, 60000", "60, 60000", "1000, 1000", "3, 3600000", "1, 1", "5, 2592000000"})
    void a_rate_lets_its_limit_through_at_once_and_then_one_exactly_when_it_said(long limit, long period) {
        WalletAddress at = wallet(Usd.MAX_NANO / 2);
        CapDemand rate = rate("rate" + made, limit, period);
        for (long i = 0; i < limit; i++) {
            assertThat(placed(at, at + "-" + i, 1, rate)).isInstanceOfSatisfying(PlaceResult.Placed.class, placed -> {
                assertThat(placed.caps()).as("nothing is held").isEqualTo(HeldCaps.NONE);
                assertThat(placed.used()).hasSize(1);
            });
        }
        for (int i = 0; i < 5; i++) {
            PlaceResult.CapReached no = (PlaceResult.CapReached) placed(at, at + "-no", 1, rate);
            assertThat(no.spent()).isEqualTo(limit);
            assertThat(no.resetsMs() - no.nowMs()).isBetween(1L, Math.ceilDiv(period, limit));
            at(no.resetsMs() - 1);
            assertThat(admitted(at, rate)).as("a millisecond early").isFalse();
            at(no.resetsMs());
            assertThat(admitted(at, rate)).as("when it said").isTrue();
            assertThat(admitted(at, rate) && limit < period).as("one, not two").isFalse();
        }
        at(clock + 10 * period);
        long again = 0;
        while (again <= limit && admitted(at, rate)) {
            again++;
        }
        assertThat(again).as("after however long a rest").isEqualTo(limit);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void in_no_window_are_there_more_than_the_limit_and_what_became_free_in_it(long seed) {
        Random random = new Random(seed);
        WalletAddress at = wallet(1_000_000);
        long limit = random.nextLong(1, 13);
        long period = random.nextLong(100, 5_100);
        CapDemand rate = rate("window" + made, limit, period);
        List<Long> through = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            at(clock + random.nextLong(random.nextInt(3) == 0 ? period : 20));
            if (admitted(at, rate)) {
                through.add(clock);
            }
        }
        for (int from = 0; from < through.size(); from++) {
            for (int to = from; to < through.size(); to++) {
                long lasting = through.get(to) - through.get(from);
                assertThat((1L + to - from) * period)
                        .as("seed " + seed + ": " + lasting + " ms")
                        .isLessThanOrEqualTo(limit * period + lasting * limit);
            }
        }
        assertThat(through.size()).isGreaterThan((int) limit);
    }

    @Test
    void a_rate_of_none_lets_nothing_through_and_one_beyond_what_can_be_counted_is_refused() {
        WalletAddress at = wallet(100);
        assertThat(placed(at, at + "x", 1, rate("none" + made, 0, MINUTE)))
                .isEqualTo(new PlaceResult.CapReached(0, 0, 0, 0, CapDemand.NEVER_MS, clock));
        long most = Usd.MAX_NANO / MINUTE;
        assertThat(admitted(at, rate("most" + made, most, MINUTE))).isTrue();
        assertThat(placed(at, at + "y", 1, rate("over" + made, most + 1, MINUTE)))
                .isEqualTo(new PlaceResult.Rejected("RANGE", "cap 1"));
    }

    @Test
    void what_is_refused_for_another_reason_costs_no_rate_and_neither_does_what_is_sent_again() {
        WalletAddress at = wallet(10);
        String name = "twice" + made;
        CapDemand rate = rate(name, 2, MINUTE);
        assertThat(placed(at, at + "no", 11, rate)).isInstanceOf(PlaceResult.InsufficientFunds.class);
        assertThat(placed(at, at + "no", 1, rate, open("shut" + made, 0))).isInstanceOf(PlaceResult.CapReached.class);
        assertThat(control.caps().find(SHARD, name + ":s")).isEmpty();
        for (int sent = 0; sent < 3; sent++) {
            assertThat(placed(at, at + "x", 1, rate)).isInstanceOf(PlaceResult.Placed.class);
        }
        assertThat(counter(name).level(2, clock)).isEqualTo(MINUTE);
        settled(at, at + "x", 0);
        assertThat(counter(name).level(2, clock)).as("no correction").isEqualTo(MINUTE);
        assertThat(admitted(at, rate)).isTrue();
        assertThat(admitted(at, rate)).isFalse();
    }

    @Test
    void a_rate_is_lowered_raised_reset_and_removed_at_once() {
        WalletAddress at = wallet(1_000);
        String name = "move" + made;
        for (int i = 0; i < 10; i++) {
            assertThat(admitted(at, rate(name, 10, MINUTE))).isTrue();
        }
        assertThat(placed(at, at + "x", 1, rate(name, 2, MINUTE, 2)))
                .as("lowered below what is used: as long as that takes to run out at the new rate")
                .isEqualTo(new PlaceResult.CapReached(0, 2, 10, 0, clock + 9 * MINUTE / 2, clock));
        assertThat(admitted(at, rate(name, 11, MINUTE, 3))).isTrue();
        assertThat(placed(at, at + "y", 1, rate(name, 10, MINUTE))).isEqualTo(new PlaceResult.StaleCap(0));
        assertThat(control.resetCap(at, name, "s", 4)).isEqualTo(new SetResult.Done());
        assertThat(counter(name).level(11, clock)).isZero();
        assertThat(admitted(at, rate(name, 1, MINUTE, 4))).isTrue();
        assertThat(control.removeCap(at, name, "s", 5)).isEqualTo(new SetResult.Done());
        assertThat(control.caps().find(SHARD, name + ":s"))
                .as("nothing is held: it goes at once")
                .isEmpty();
    }

    @Test
    void clocks_that_jump_give_a_rate_no_more_than_its_limit_and_never_shut_it() {
        WalletAddress at = wallet(1_000);
        String name = "jump" + made;
        CapDemand rate = rate(name, 2, MINUTE);
        assertThat(admitted(at, rate)).isTrue();
        assertThat(admitted(at, rate)).isTrue();
        // the counter is from a future that this clock has not reached
        raw.hset(Keys.cap(SHARD, name + ":s"), "at", Long.toString(clock + 1_000_000));
        assertThat(admitted(at, rate)).isFalse();
        assertThat(((PlaceResult.CapReached) placed(at, at + "x", 1, rate)).resetsMs())
                .isEqualTo(clock + MINUTE / 2);
        raw.hset(Keys.cap(SHARD, name + ":s"), "at", Long.toString(clock));
        at(clock + 365L * 86_400_000);
        assertThat(admitted(at, rate)).isTrue();
        assertThat(admitted(at, rate)).isTrue();
        assertThat(admitted(at, rate)).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"settled", "released", "expired"})
    void what_is_open_holds_its_place_until_it_is_over_and_spends_nothing(String end) {
        WalletAddress at = wallet(1_000);
        String name = "open" + made;
        CapDemand two = open(name, 2);
        assertThat(placed(at, at + "x", 10, two)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "x", 10, two)).as("sent again").isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "y", 10, two)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "z", 10, two)).isEqualTo(new PlaceResult.CapReached(0, 2, 0, 2, 0, clock));
        at(clock + LIFE.toMillis() - 1);
        assertThat(placed(at, at + "z", 10, two)).isInstanceOf(PlaceResult.CapReached.class);
        at(clock + 2);
        switch (end) {
            case "settled" -> settled(at, at + "x", 7);
            case "released" -> settled(at, at + "x", 0);
            default ->
                assertThat(control.expire(SHARD, new DueHold(at + "x", "o", at.wallet(), 1, clock - 1)))
                        .isInstanceOf(SettleResult.Settled.class);
        }
        assertThat(counter(name).held()).containsEntry(0L, 1L);
        assertThat(counter(name).spent()).containsEntry(0L, 0L);
        assertThat(lastEntry().caps()).as("nothing is spent").isEmpty();
        settled(at, at + "x", 7);
        assertThat(counter(name).held()).as("late, and again").containsEntry(0L, 1L);
        assertThat(placed(at, at + "z", 10, two)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "q", 10, two)).isInstanceOf(PlaceResult.CapReached.class);
    }

    @Test
    void one_open_exchange_is_one_and_none_is_never() {
        WalletAddress at = wallet(1_000);
        CapDemand one = open("one" + made, 1);
        assertThat(placed(at, at + "x", 1, one)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "y", 1, one)).isInstanceOf(PlaceResult.CapReached.class);
        settled(at, at + "x", 1);
        assertThat(placed(at, at + "y", 1, one)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "z", 1, open("zero" + made, 0)))
                .isEqualTo(new PlaceResult.CapReached(0, 0, 0, 0, CapDemand.NEVER_MS, clock));
        assertThat(admitted(at, open("huge" + made, Usd.MAX_NANO))).isTrue();
    }

    @Test
    void a_limit_on_what_is_open_is_lowered_reset_and_removed_with_exchanges_open() {
        WalletAddress at = wallet(1_000);
        String name = "shrink" + made;
        placed(at, at + "x", 1, open(name, 3));
        placed(at, at + "y", 1, open(name, 3));
        assertThat(placed(at, at + "z", 1, open(name, 1))).isEqualTo(new PlaceResult.CapReached(0, 1, 0, 2, 0, clock));
        control.resetCap(at, name, "s", 2);
        assertThat(counter(name).held()).as("what is open stays open").containsEntry(0L, 2L);
        control.removeCap(at, name, "s", 3);
        settled(at, at + "x", 1);
        assertThat(counter(name).removed()).isTrue();
        settled(at, at + "y", 1);
        assertThat(control.caps().find(SHARD, name + ":s")).isEmpty();
    }

    @Test
    void a_hold_that_is_placed_again_is_open_again_whatever_the_limits_say_and_counts_no_rate() {
        WalletAddress at = wallet(1_000);
        String name = "again" + made;
        HeldCaps held = ((PlaceResult.Placed) placed(
                        at, at + "x", 5, open(name + "o", 1), rate(name + "g", 1, MINUTE), tokens(name + "f", 7)))
                .caps();
        assertThat(held.each()).hasSize(2);
        raw.del(
                Keys.exchange(SHARD, at + "x"),
                Keys.cap(SHARD, name + "o:s"),
                Keys.cap(SHARD, name + "g:s"),
                Keys.cap(SHARD, name + "f:s"));
        raw.zrem(Keys.expiries(SHARD), at + "x");
        raw.hset(Keys.wallet(at), Map.of("held", "0", "open", "0"));
        placed(at, at + "other", 1, open(name + "o", 1));
        assertThat(control.place(new Place(
                        at,
                        at + "x",
                        2,
                        new Usd(5),
                        new Usd(5),
                        LIFE,
                        LIFE,
                        Usd.ZERO,
                        0,
                        "v",
                        "TEST",
                        true,
                        held.again())))
                .isInstanceOfSatisfying(
                        PlaceResult.Placed.class,
                        placed -> assertThat(placed.caps()).isEqualTo(held));
        assertThat(counter(name + "o").held()).containsEntry(0L, 2L);
        assertThat(counter(name + "f").held()).containsEntry(0L, 7L);
        settled(at, at + "x", 3);
        assertThat(counter(name + "o").held()).containsEntry(0L, 1L);
        assertThat(counter(name + "f").held()).containsEntry(0L, 0L);
        assertThat(counter(name + "f").spent().values()).containsExactly(3L);
        assertThat(control.caps().find(SHARD, name + "g:s")).isEmpty();
    }

    @Test
    void a_request_for_more_tokens_than_a_rate_has_counts_as_all_of_it_and_is_corrected() {
        WalletAddress at = wallet(1_000);
        String name = "tokens" + made;
        long since = clock / 1_000 * 1_000 + 1_000;
        at(since);
        assertThat(placed(at, at + "x", 10, tokens(name, 8))).isInstanceOf(PlaceResult.Placed.class);
        assertThat(counter(name).held()).containsEntry(0L, 8L);
        assertThat(placed(at, at + "y", 10, tokens(name, 8)))
                .isEqualTo(new PlaceResult.CapReached(0, 8, 0, 8, 0, clock));
        settled(at, at + "x", 3);
        assertThat(placed(at, at + "y", 10, tokens(name, 8)))
                .as("three are spent until their second is gone wholly")
                .isEqualTo(new PlaceResult.CapReached(0, 8, 3, 0, since + 61_000, clock));
        at(since + 61_000);
        assertThat(placed(at, at + "y", 10, tokens(name, 8))).isInstanceOf(PlaceResult.Placed.class);
        settled(at, at + "y", 30);
        assertThat(counter(name).spent().values()).as("more than was held").containsExactly(30L);
        assertThat(placed(at, at + "z", 10, tokens(name, 0)))
                .as("none is none, however little is asked for")
                .isInstanceOf(PlaceResult.CapReached.class);
    }

    @Test
    void where_nothing_is_enforced_what_is_needed_is_held_and_the_first_that_would_refuse_is_told() {
        WalletAddress at = wallet(100);
        CapDemand shut = open("shut" + made, 0);
        CapDemand rate = rate("slow" + made, 1, MINUTE);
        PlaceResult.Placed good = (PlaceResult.Placed) control.place(place(at, at + "good", 60, true));
        assertThat(good.notRefused()).isNull();
        for (int sent = 0; sent < 3; sent++) {
            PlaceResult.Placed let = (PlaceResult.Placed) control.place(place(at, at + "x", 70, true, rate, shut));
            assertThat(let.granted()).isEqualTo(new Usd(70));
            assertThat(let.notRefused()).isEqualTo(new PlaceResult.CapReached(1, 0, 0, 0, CapDemand.NEVER_MS, clock));
            assertThat(let.available()).isEqualTo(new Usd(-30));
        }
        assertThat(((PlaceResult.Placed) control.place(place(at, at + "y", 1, true, rate))).notRefused())
                .isInstanceOf(PlaceResult.CapReached.class);
        assertThat(((PlaceResult.Placed) control.place(place(at, at + "z", 50, true))).notRefused())
                .isEqualTo(new PlaceResult.InsufficientFunds(new Usd(100), new Usd(131)));
        settled(at, at + "x", 70);
        assertThat(lastEntry().kind()).isEqualTo("settle");
        settled(at, at + "z", 50);
        assertThat(lastEntry().kind()).isEqualTo("unenforced");
        assertThat(lastEntry().balance()).isEqualTo(new Usd(-20));
        assertThat(lastEntry().shortfall()).isEqualTo(new Usd(20));
        settled(at, at + "good", 0);
        assertThat(lastEntry().kind()).isEqualTo("release");
        assertThat(placed(at, at + "enforced", 1)).isInstanceOf(PlaceResult.InsufficientFunds.class);
        assertThat(control.wallet(at).orElseThrow().held()).isEqualTo(new Usd(1));
    }

    @Test
    void what_was_not_enforced_is_not_enforced_either_once_it_is_placed_again() {
        WalletAddress at = wallet(10);
        control.place(place(at, at + "x", 70, true));
        raw.del(Keys.exchange(SHARD, at + "x"));
        raw.zrem(Keys.expiries(SHARD), at + "x");
        raw.hset(Keys.wallet(at), Map.of("held", "0", "open", "0"));
        Usd held = new Usd(70);
        Place again = new Place(
                at,
                at + "x",
                2,
                held,
                held,
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                true,
                CapDemands.NONE,
                null,
                true,
                null,
                Place.USUAL_MOST_OPEN);
        assertThat(control.place(again)).isInstanceOfSatisfying(PlaceResult.Placed.class, placed -> {
            assertThat(placed.granted()).isEqualTo(held);
            assertThat(placed.notRefused()).isNull();
        });
        settled(at, at + "x", 70);
        assertThat(lastEntry().kind()).isEqualTo("unenforced");
        assertThat(lastEntry().shortfall()).isEqualTo(new Usd(60));
    }

    @Test
    void a_frozen_wallet_is_no_reason_where_nothing_is_enforced_and_a_closed_one_and_old_policy_still_are() {
        WalletAddress at = wallet(100);
        control.setState(at, 1, "frozen");
        assertThat(((PlaceResult.Placed) control.place(place(at, at + "x", 1, true))).notRefused())
                .isEqualTo(new PlaceResult.WalletNotActive("frozen"));
        control.setState(at, 2, "closed");
        assertThat(control.place(place(at, at + "y", 1, true))).isEqualTo(new PlaceResult.WalletNotActive("closed"));
        WalletAddress other = wallet(100);
        Call stale = Calls.place(place(other, other + "x", 1, true), 0);
        raw.hset(Keys.organisation(other), "pol", "5");
        assertThat(raw.<List<Object>>eval(stale.script().text(), ScriptOutputType.MULTI, stale.keys(), stale.args())
                        .getFirst())
                .isEqualTo("STALE_POLICY");
        raw.del(Keys.organisation(other));
    }

    @ParameterizedTest(name = "argument {0}")
    @ValueSource(ints = {15, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35})
    void what_is_no_number_or_unit_of_a_limit_is_named_and_nothing_is_written(int argument) {
        WalletAddress at = wallet(1000);
        Call good =
                Calls.place(place(at, at + "x", 5, false, rate("bad" + made, 9, MINUTE), open("worse" + made, 9)), 0);
        for (String bad : List.of(
                "",
                "-1",
                "-0",
                "x",
                "1.5",
                "00",
                " 1",
                "NaN",
                "9007199254740991",
                "9007199254740993",
                "1e3",
                "1000000000000000000000000000000",
                "gg")) {
            String[] args = good.args().clone();
            args[argument - 1] = bad;
            var before = state();
            List<Object> reply = raw.eval(good.script().text(), ScriptOutputType.MULTI, good.keys(), args);
            assertThat(String.valueOf(reply.getFirst())).as(bad + " " + reply).isEqualTo("RANGE");
            assertThat(state()).as(bad + " " + reply).isEqualTo(before);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"lvl, x", "lvl, -5", "lvl, 1e3", "at, x", "at, -1", "v, x"})
    void a_rate_that_somebody_was_at_is_refused_and_never_repaired(String field, String value) {
        WalletAddress at = wallet(1000);
        String name = "hurt" + made;
        assertThat(admitted(at, rate(name, 5, MINUTE))).isTrue();
        raw.hset(Keys.cap(SHARD, name + ":s"), field, value);
        var before = state();
        assertThat(placed(at, at + "x", 5, rate(name, 5, MINUTE)))
                .isInstanceOfSatisfying(
                        PlaceResult.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo("CORRUPT"));
        assertThat(state()).isEqualTo(before);
        raw.del(Keys.cap(SHARD, name + ":s"));
        raw.set(Keys.cap(SHARD, name + ":s"), "text");
        assertThat(placed(at, at + "x", 5, rate(name, 5, MINUTE))).isInstanceOf(PlaceResult.Rejected.class);
    }

    /** A digest of everything there is, as Redis would write it to disk. */
    private static String state() {
        return raw.eval("""
                local keys = redis.call('KEYS', '*')
                table.sort(keys)
                for i = 1, #keys do
                  keys[i] = keys[i] .. redis.call('DUMP', keys[i])
                end
                return redis.sha1hex(table.concat(keys))
                """, ScriptOutputType.VALUE);
    }
}
