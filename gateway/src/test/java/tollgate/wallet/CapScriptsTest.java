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
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.pricing.Usd;

/** What the scripts do with caps at the edges, and with what no port of ours would send. */
@SuppressWarnings("NullAway.Init") // started before all tests
class CapScriptsTest {
    private static final int SHARD = 9;
    private static final Duration LIFE = Duration.ofHours(1);
    private static final long HOUR = 3_600_000;

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
        clock = (control.nowMs() / HOUR + 48) * HOUR;
        at(clock);
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

    private static CapDemand calendar(String cap, CapUnit unit, long limit) {
        long start = clock / HOUR * HOUR;
        return new CapDemand(cap, "s", 1, 0, unit, limit, 0, start, start + HOUR, start + 2 * HOUR);
    }

    private static CapDemand rolling(String cap, CapUnit unit, long limit, long step) {
        return new CapDemand(cap, "s", 1, 0, unit, limit, step, 0, 0, 0);
    }

    private static Place place(WalletAddress at, String id, long usd, CapDemand... caps) {
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
                new CapDemands(List.of(caps), 10, 10));
    }

    private static PlaceResult placed(WalletAddress at, String id, long usd, CapDemand... caps) {
        return control.place(place(at, id, usd, caps));
    }

    private static SettleResult settled(WalletAddress at, String id, long usd) {
        return control.settle(new Settle(
                at, id, "f", new Usd(usd), false, "chat", false, new Settle.Counted(HeldCaps.NONE, usd, true)));
    }

    private static CapCounter counter(String cap) {
        return control.caps().find(SHARD, cap + ":s").orElseThrow();
    }

    @Test
    void a_hold_that_its_window_does_not_outlive_is_spent_in_that_window() {
        WalletAddress at = wallet(1000);
        String cap = "roll" + made;
        CapDemand old = calendar(cap, CapUnit.USD, 100);
        assertThat(placed(at, at + "x", 100, old)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "y", 1, old)).isInstanceOf(PlaceResult.CapReached.class);
        at(clock + HOUR);
        assertThat(placed(at, at + "z", 100, old))
                .as("whoever asks in the window before asks in the next one, which begins at nothing")
                .isInstanceOf(PlaceResult.Placed.class);
        settled(at, at + "x", 60);
        CapCounter counter = counter(cap);
        assertThat(counter.spent()).containsEntry(old.startMs(), 60L).containsEntry(old.endMs(), 0L);
        assertThat(counter.held()).containsEntry(old.startMs(), 0L).containsEntry(old.endMs(), 100L);
        at(clock + HOUR);
        assertThat(placed(at, at + "q", 1, old)).isEqualTo(new PlaceResult.StaleWindow(0, clock));
        assertThat(placed(at, at + "q", 1, calendar(cap, CapUnit.USD, 100))).isInstanceOf(PlaceResult.Placed.class);
        assertThat(counter(cap).spent().keySet())
                .as("what is over and holds nothing is forgotten")
                .containsExactlyInAnyOrder(old.endMs(), old.nextEndMs());
    }

    @Test
    void a_rolling_window_counts_its_oldest_bucket_until_it_is_gone_wholly() {
        WalletAddress at = wallet(1000);
        String cap = "ring" + made;
        CapDemand ring = rolling(cap, CapUnit.USD, 100, 1000);
        long since = clock;
        assertThat(placed(at, at + "x", 100, ring)).isInstanceOf(PlaceResult.Placed.class);
        settled(at, at + "x", 70);
        at(since + 30_000);
        assertThat(placed(at, at + "y", 30, ring)).isInstanceOf(PlaceResult.Placed.class);
        settled(at, at + "y", 30);
        at(since + 60_999);
        assertThat(placed(at, at + "z", 70, ring))
                .isEqualTo(new PlaceResult.CapReached(0, 100, 100, 0, since + 61_000, clock));
        assertThat(placed(at, at + "z", 71, ring))
                .as("more than the oldest gives back")
                .isEqualTo(new PlaceResult.CapReached(0, 100, 100, 0, since + 91_000, clock));
        at(since + 61_000);
        assertThat(placed(at, at + "z", 70, ring)).isInstanceOf(PlaceResult.Placed.class);
        at(since + 1_000_000);
        assertThat(placed(at, at + "q", 31, ring))
                .as("what is held counts however old it is")
                .isEqualTo(new PlaceResult.CapReached(0, 100, 0, 70, 0, clock));
        settled(at, at + "z", 70);
        assertThat(placed(at, at + "q", 100, ring)).isInstanceOf(PlaceResult.Placed.class);
    }

    @Test
    void a_settlement_counts_in_the_oldest_bucket_and_no_more_once_that_is_gone() {
        WalletAddress at = wallet(1000);
        String cap = "edge" + made;
        CapDemand ring = rolling(cap, CapUnit.USD, 500, 1000);
        long since = clock;
        placed(at, at + "x", 100, ring);
        placed(at, at + "y", 100, ring);
        at(since + 60_000);
        placed(at, at + "z", 1, ring);
        settled(at, at + "x", 70);
        assertThat(counter(cap).spent().values()).containsExactly(70L);
        at(since + 61_000);
        placed(at, at + "q", 1, ring);
        settled(at, at + "y", 80);
        assertThat(counter(cap).spent().values()).containsExactly(0L);
        assertThat(counter(cap).held()).containsEntry(0L, 2L);
    }

    @Test
    void the_first_cap_that_refuses_is_named_and_none_is_touched() {
        WalletAddress at = wallet(10);
        String cap = "order" + made;
        assertThat(placed(
                        at,
                        at + "x",
                        50,
                        calendar(cap + "a", CapUnit.REQUESTS, 1),
                        calendar(cap + "b", CapUnit.TOKENS, 9),
                        calendar(cap + "c", CapUnit.USD, 0)))
                .as("before the wallet, which has too little as well")
                .isInstanceOfSatisfying(
                        PlaceResult.CapReached.class,
                        reached -> assertThat(reached.index()).isEqualTo(1));
        assertThat(raw.keys(Keys.cap(SHARD, cap + "*"))).isEmpty();
        assertThat(placed(at, at + "x", 50, calendar(cap + "a", CapUnit.REQUESTS, 1)))
                .isInstanceOf(PlaceResult.InsufficientFunds.class);
        assertThat(raw.keys(Keys.cap(SHARD, cap + "*"))).isEmpty();
    }

    @Test
    void a_lowered_cap_refuses_what_is_new_settles_what_is_open_and_no_slow_gateway_undoes_it() {
        WalletAddress at = wallet(1000);
        String cap = "low" + made;
        CapDemand first = calendar(cap, CapUnit.USD, 500);
        placed(at, at + "x", 200, first);
        settled(at, at + "x", 200);
        placed(at, at + "y", 100, first);
        CapDemand lowered =
                new CapDemand(cap, "s", 2, 0, CapUnit.USD, 50, 0, first.startMs(), first.endMs(), first.nextEndMs());
        assertThat(placed(at, at + "z", 1, lowered)).isInstanceOfSatisfying(PlaceResult.CapReached.class, reached -> {
            assertThat(reached.limit()).isEqualTo(50);
            assertThat(reached.spent()).isEqualTo(200);
        });
        CapDemand raised =
                new CapDemand(cap, "s", 3, 0, CapUnit.USD, 400, 0, first.startMs(), first.endMs(), first.nextEndMs());
        assertThat(placed(at, at + "z", 1, raised)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(placed(at, at + "q", 1, lowered)).isEqualTo(new PlaceResult.StaleCap(0));
        assertThat(settled(at, at + "y", 150)).isInstanceOf(SettleResult.Settled.class);
        assertThat(counter(cap).spent()).containsEntry(first.startMs(), 350L);
    }

    @Test
    void a_reset_forgets_what_is_spent_keeps_what_is_held_and_is_an_entry() {
        WalletAddress at = wallet(1000);
        String cap = "reset" + made;
        CapDemand hour = calendar(cap, CapUnit.USD, 100);
        placed(at, at + "x", 60, hour);
        settled(at, at + "x", 60);
        placed(at, at + "y", 40, hour);
        long before = control.shard(SHARD).orElseThrow().n();
        for (int sent = 0; sent < 3; sent++) {
            assertThat(control.resetCap(at, cap, "s", 2)).isEqualTo(new SetResult.Done());
        }
        assertThat(control.shard(SHARD).orElseThrow().n()).isEqualTo(before + 1);
        LedgerEntry entry = control.entries(SHARD, "", 1_000_000).getLast();
        assertThat(entry.kind()).isEqualTo("cap_reset");
        assertThat(entry.caps()).isEqualTo(cap + ":s,reset");
        assertThat(counter(cap).held()).containsEntry(hour.startMs(), 40L);
        assertThat(counter(cap).spent()).containsEntry(hour.startMs(), 0L);
        assertThat(placed(at, at + "z", 60, hour)).isEqualTo(new PlaceResult.StaleCap(0));
        settled(at, at + "y", 30);
        assertThat(counter(cap).spent()).containsEntry(hour.startMs(), 30L);
    }

    @Test
    void a_removed_cap_goes_with_its_last_hold_and_a_settlement_without_its_counter_says_so() {
        WalletAddress at = wallet(1000);
        String cap = "gone" + made;
        CapDemand hour = calendar(cap, CapUnit.USD, 100);
        placed(at, at + "x", 60, hour);
        control.removeCap(at, cap, "s", 2);
        assertThat(counter(cap).removed()).isTrue();
        assertThat(placed(at, at + "y", 1, hour)).isEqualTo(new PlaceResult.StaleCap(0));
        settled(at, at + "x", 50);
        assertThat(control.caps().find(SHARD, cap + ":s")).isEmpty();
        assertThat(control.entries(SHARD, "", 1_000_000).getLast().caps()).endsWith(",50,gone");

        placed(at, at + "z", 60, calendar(cap + "2", CapUnit.USD, 100));
        raw.del(Keys.cap(SHARD, cap + "2:s"));
        assertThat(settled(at, at + "z", 10)).isInstanceOf(SettleResult.Settled.class);
        assertThat(control.entries(SHARD, "", 1_000_000).getLast().caps()).endsWith(",0,gone");
    }

    @Test
    void an_expiry_spends_what_had_accrued_and_a_late_settlement_the_rest_but_no_further_request() {
        WalletAddress at = wallet(1000);
        String cap = "late" + made;
        CapDemand usd = calendar(cap + "u", CapUnit.USD, 100);
        CapDemand tokens = calendar(cap + "t", CapUnit.TOKENS, 100);
        CapDemand requests = calendar(cap + "r", CapUnit.REQUESTS, 100);
        String id = at + "x";
        placed(at, id, 60, usd, tokens, requests);
        Call renew = Calls.renew(new Renew(at, id, 1, new Usd(20), LIFE, 7), 0);
        raw.eval(renew.script().text(), ScriptOutputType.MULTI, renew.keys(), renew.args());
        raw.zadd(Keys.expiries(SHARD), (double) clock - 1, id);
        assertThat(control.expire(SHARD, new DueHold(id, "o", at.wallet(), 1, clock - 1)))
                .isInstanceOf(SettleResult.Settled.class);
        assertThat(counter(cap + "u").spent()).containsEntry(usd.startMs(), 20L);
        assertThat(counter(cap + "t").spent()).containsEntry(usd.startMs(), 7L);
        assertThat(counter(cap + "r").spent()).containsEntry(usd.startMs(), 1L);
        settled(at, id, 5);
        assertThat(counter(cap + "u").spent()).containsEntry(usd.startMs(), 5L);
        assertThat(counter(cap + "t").spent()).containsEntry(usd.startMs(), 5L);
        assertThat(counter(cap + "r").spent()).containsEntry(usd.startMs(), 1L);
        assertThat(counter(cap + "r").held()).containsEntry(usd.startMs(), 0L);
    }

    @Test
    void a_hold_placed_again_and_a_settlement_replayed_count_in_the_windows_of_the_first_placing() {
        WalletAddress at = wallet(1000);
        String cap = "again" + made;
        CapDemand hour = calendar(cap + "c", CapUnit.USD, 100);
        CapDemand ring = rolling(cap + "r", CapUnit.TOKENS, 100, 60_000);
        HeldCaps held = ((PlaceResult.Placed) placed(at, at + "x", 90, hour, ring)).caps();
        long bucket = clock / 60_000;
        // Redis lost the last second
        raw.del(Keys.exchange(SHARD, at + "x"), Keys.cap(SHARD, cap + "c:s"), Keys.cap(SHARD, cap + "r:s"));
        raw.zrem(Keys.expiries(SHARD), at + "x");
        raw.hset(Keys.wallet(at), Map.of("held", "0", "open", "0"));
        at(clock + 2 * HOUR);
        Place again = place(at, at + "x", 90);
        assertThat(control.place(new Place(
                        again.at(),
                        again.exchange(),
                        2,
                        again.min(),
                        again.want(),
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
        assertThat(counter(cap + "c").held()).containsEntry(hour.startMs(), 90L);
        settled(at, at + "x", 40);
        assertThat(counter(cap + "c").spent()).containsEntry(hour.startMs(), 40L);
        assertThat(counter(cap + "r").held()).containsEntry(0L, 0L);

        placed(at, at + "y", 1, calendar(cap + "c", CapUnit.USD, 100));
        Settle lost =
                new Settle(at, at + "lost", "f", new Usd(9), false, "chat", false, new Settle.Counted(held, 3, true));
        assertThat(control.replay(new ControlPort.Gone(lost, Usd.ZERO, -1, List.of())))
                .isInstanceOf(SettleResult.Settled.class);
        String caps = control.entries(SHARD, "", 1_000_000).getLast().caps();
        assertThat(caps).as("the hour is over and pruned, the minute long gone").isEmpty();
        assertThat(bucket).isPositive();
    }

    @ParameterizedTest(name = "{0} s after what Redis remembers")
    @ValueSource(ints = {1, 5, 60, 61, 200})
    void what_was_spent_in_seconds_that_redis_lost_still_counts_when_the_next_request_moves_the_window_on(int later) {
        WalletAddress at = wallet(1000);
        String cap = "back" + made;
        CapDemand ring = rolling(cap, CapUnit.USD, 100, 1000);
        placed(at, at + "x", 10, ring);
        settled(at, at + "x", 10);
        Map<String, String> then = raw.hgetall(Keys.cap(SHARD, cap + ":s"));
        at(clock + later * 1000L);
        HeldCaps held = ((PlaceResult.Placed) placed(at, at + "y", 60, ring)).caps();
        // Redis went back; the journal replays before anything new is placed
        raw.del(Keys.exchange(SHARD, at + "y"), Keys.cap(SHARD, cap + ":s"));
        raw.hset(Keys.cap(SHARD, cap + ":s"), then);
        raw.zrem(Keys.expiries(SHARD), at + "y");
        raw.hset(Keys.wallet(at), Map.of("held", "0", "open", "0"));
        Settle lost =
                new Settle(at, at + "y", "f", new Usd(60), false, "chat", false, new Settle.Counted(held, 3, true));
        assertThat(control.replay(new ControlPort.Gone(lost, Usd.ZERO, -1, List.of())))
                .isInstanceOf(SettleResult.Settled.class);
        at(clock + 1000);
        long first = later < 60 ? 10 : 0;
        assertThat(placed(at, at + "z", 41, ring)).isInstanceOf(PlaceResult.CapReached.class);
        assertThat(placed(at, at + "z", 40 - first, ring)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(counter(cap).spent().values()).containsExactly(60 + first);
    }

    /** The place and the settlement went with a Redis that was set back, the journal has the settlement. */
    private SettleResult replayedAfterAllWasLost(WalletAddress at, String id, HeldCaps held, long usd, long tokens) {
        raw.del(Keys.exchange(SHARD, id));
        raw.zrem(Keys.expiries(SHARD), id);
        raw.hset(Keys.wallet(at), Map.of("held", "0", "open", "0"));
        return control.replay(new ControlPort.Gone(
                new Settle(at, id, "f", new Usd(usd), false, "chat", false, new Settle.Counted(held, tokens, true)),
                Usd.ZERO,
                -1,
                List.of()));
    }

    @Test
    void what_was_used_of_a_bundle_counts_though_redis_lost_all_that_it_knew_of_it() {
        WalletAddress at = wallet(1000);
        String cap = "b_" + made;
        CapDemand bundle =
                new CapDemand(cap, "s", 0, 0, CapUnit.BUNDLE, 500, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS);
        PlaceResult placed = control.place(new Place(
                at,
                at + "x",
                1,
                new Usd(9),
                new Usd(9),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                new CapDemands(List.of(bundle), 300, 300)));
        HeldCaps held = ((PlaceResult.Placed) placed).caps();
        assertThat(held.paidFor()).isEqualTo(300);
        raw.del(Keys.cap(SHARD, cap + ":s"));
        assertThat(replayedAfterAllWasLost(at, at + "x", held, 0, 200)).isInstanceOf(SettleResult.Settled.class);
        assertThat(counter(cap).spent()).containsEntry(0L, 200L);
        assertThat(control.entries(SHARD, "", 1_000_000).getLast().caps()).endsWith(",b,0,200");
        PlaceResult next = control.place(new Place(
                at,
                at + "y",
                1,
                new Usd(9),
                new Usd(9),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                new CapDemands(List.of(bundle), 400, 400)));
        assertThat(((PlaceResult.Placed) next).caps().paidFor())
                .as("no token is given twice")
                .isEqualTo(300);
    }

    @ParameterizedTest(name = "a later window is there: {0}")
    @ValueSource(booleans = {false, true})
    void what_was_spent_in_a_window_that_redis_does_not_know_yet_counts_and_in_one_that_is_over_does_not(boolean over) {
        WalletAddress at = wallet(1000);
        String cap = "lost" + made;
        CapDemand first = calendar(cap, CapUnit.USD, 100);
        placed(at, at + "a", 5, first);
        settled(at, at + "a", 5);
        at(clock + HOUR);
        CapDemand window = calendar(cap, CapUnit.USD, 100);
        HeldCaps held = ((PlaceResult.Placed) placed(at, at + "x", 60, window)).caps();
        raw.hdel(Keys.cap(SHARD, cap + ":s"), window.startMs() + ":s", window.startMs() + ":h");
        if (over) {
            at(clock + HOUR);
            placed(at, at + "z", 1, calendar(cap, CapUnit.USD, 100));
            settled(at, at + "z", 1);
        }
        assertThat(replayedAfterAllWasLost(at, at + "x", held, 60, 3)).isInstanceOf(SettleResult.Settled.class);
        if (over) {
            assertThat(counter(cap).spent()).doesNotContainKey(window.startMs());
        } else {
            assertThat(counter(cap).spent()).containsEntry(window.startMs(), 60L);
            assertThat(placed(at, at + "y", 41, window)).isInstanceOf(PlaceResult.CapReached.class);
            assertThat(placed(at, at + "y", 40, window)).isInstanceOf(PlaceResult.Placed.class);
        }
    }

    @Test
    void counters_saturate_and_never_go_below_nothing() {
        WalletAddress at = wallet(1000);
        String cap = "full" + made;
        CapDemand tokens = calendar(cap, CapUnit.TOKENS, Usd.MAX_NANO);
        placed(at, at + "x", 1, tokens);
        assertThat(settledTokens(at, at + "x", Usd.MAX_NANO)).isInstanceOf(SettleResult.Settled.class);
        raw.hset(Keys.cap(SHARD, cap + ":s"), tokens.startMs() + ":s", Long.toString(Usd.MAX_NANO - 20));
        placed(at, at + "y", 1, tokens);
        assertThat(settledTokens(at, at + "y", Usd.MAX_NANO)).isInstanceOf(SettleResult.Settled.class);
        assertThat(counter(cap).spent()).containsEntry(tokens.startMs(), Usd.MAX_NANO);
        assertThat(control.entries(SHARD, "", 1_000_000).getLast().caps()).endsWith(",20");
    }

    private static SettleResult settledTokens(WalletAddress at, String id, long tokens) {
        return control.settle(new Settle(
                at, id, "f", new Usd(1), false, "chat", false, new Settle.Counted(HeldCaps.NONE, tokens, true)));
    }

    @ParameterizedTest(name = "argument {0}")
    @ValueSource(ints = {18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35})
    void what_is_no_number_of_a_place_is_named_and_nothing_is_written(int argument) {
        WalletAddress at = wallet(1000);
        Call good = Calls.place(
                place(
                        at,
                        at + "x",
                        5,
                        calendar("bad" + made, CapUnit.USD, 9),
                        rolling("worse" + made, CapUnit.TOKENS, 9, 5)),
                0);
        for (String bad : List.of(
                "",
                "-1",
                "-0",
                "x",
                "1.5",
                "1e3",
                "00",
                " 1",
                "NaN",
                "9007199254740991",
                "9007199254740993",
                "1000000000000000000000000000000")) {
            String[] args = good.args().clone();
            args[argument - 1] = bad;
            refused(good, good.keys(), args, bad);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "another shard's tag,      {s8}:c:bad:s",
        "no tag,                   c:bad:s",
        "another kind of key,      {s9}:w:bad",
        "no subject,               {s9}:c:bad",
        "a comma,                  '{s9}:c:b,d:s'",
        "a line,                   '{s9}:c:b d:s'",
        "a nested name,            {s9}:c:a:b:s",
        "twice the same,           {s9}:c:same:s",
    })
    void what_is_no_counter_of_this_shard_is_named_and_nothing_is_written(String story, String key) {
        WalletAddress at = wallet(1000);
        Call good = Calls.place(
                place(at, at + "x", 5, calendar("same", CapUnit.USD, 9), calendar("other", CapUnit.USD, 9)), 0);
        String[] keys = good.keys().clone();
        keys[6] = key;
        refused(good, keys, good.args(), story);
        Call set = Calls.setCap(at, "cap_reset", "same:s", 5, 0);
        String[] setKeys = set.keys().clone();
        setKeys[2] = key;
        if (!story.startsWith("twice")) {
            refused(set, setKeys, set.args(), story);
        }
    }

    @Test
    void more_caps_than_sixteen_and_arguments_for_fewer_are_refused() {
        WalletAddress at = wallet(1000);
        CapDemand[] many = new CapDemand[17];
        for (int i = 0; i < many.length; i++) {
            many[i] = calendar("many" + i, CapUnit.USD, 100);
        }
        Call call = Calls.place(place(at, at + "x", 5, many), 0);
        refused(call, call.keys(), call.args(), "seventeen");
        Call one = Calls.place(place(at, at + "x", 5, many[0]), 0);
        List<String> fewer = new ArrayList<>(List.of(one.args()));
        fewer.removeLast();
        refused(one, one.keys(), fewer.toArray(String[]::new), "an argument less");
        CapDemand[] most = java.util.Arrays.copyOf(many, 16);
        assertThat(placed(at, at + "x", 5, most)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(settled(at, at + "x", 5)).isInstanceOf(SettleResult.Settled.class);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", "-1", "x", "1.5", "9007199254740993", "1000000000000000000000000000000"})
    void a_settlement_with_bad_tokens_or_other_keys_is_named_and_nothing_is_written(String bad) {
        WalletAddress at = wallet(1000);
        HeldCaps held =
                ((PlaceResult.Placed) placed(at, at + "x", 5, calendar("set" + made, CapUnit.TOKENS, 90))).caps();
        Call good = Calls.settle(
                new Settle(at, at + "x", "f", new Usd(1), false, "", false, new Settle.Counted(held, 3, true)),
                Usd.ZERO,
                0);
        String[] args = good.args().clone();
        args[17] = bad;
        refused(good, good.keys(), args, bad);
        String[] keys = good.keys().clone();
        keys[5] = "{s8}:c:set:s";
        refused(good, keys, good.args(), "foreign");
        refused(good, java.util.Arrays.copyOf(good.keys(), 5), good.args(), "no key");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "spent is no number,  ':s', x",
        "spent is negative,   ':s', -5",
        "held is no number,   ':h', 1e3",
        "held is less,        ':h', 1",
    })
    void a_counter_that_somebody_was_at_is_refused_and_never_repaired(String story, String field, String value) {
        WalletAddress at = wallet(1000);
        CapDemand hour = calendar("hurt" + made, CapUnit.USD, 100);
        placed(at, at + "x", 5, hour);
        raw.hset(Keys.cap(SHARD, hour.counter()), hour.startMs() + field, value);
        var before = state();
        if (!story.equals("held is less")) {
            assertThat(placed(at, at + "y", 5, hour)).isInstanceOf(PlaceResult.Rejected.class);
        }
        assertThat(settled(at, at + "x", 5))
                .isInstanceOfSatisfying(
                        SettleResult.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo("CORRUPT"));
        assertThat(state()).isEqualTo(before);
        raw.del(Keys.cap(SHARD, hour.counter()));
        raw.set(Keys.cap(SHARD, hour.counter()), "text");
        assertThat(placed(at, at + "y", 5, hour)).isInstanceOf(PlaceResult.Rejected.class);
        assertThat(settled(at, at + "x", 5)).isInstanceOf(SettleResult.Rejected.class);
    }

    private static void refused(Call call, String[] keys, String[] args, String bad) {
        var before = state();
        List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, keys, args);
        assertThat(String.valueOf(reply.getFirst()))
                .as(bad + " " + reply)
                .isIn("RANGE", "CAPS", "STALE_WINDOW", "STALE_CAP", "CAP");
        assertThat(state()).as(bad + " " + reply).isEqualTo(before);
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
