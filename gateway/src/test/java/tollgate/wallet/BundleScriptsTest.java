package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * What the scripts do with bundles of tokens: no token is ever given twice, what is not used is given back, and whatever is
 * set aside is in the window of its place.
 */
@SuppressWarnings("NullAway.Init") // started before all tests
class BundleScriptsTest {
    private static final int SHARD = 9;
    private static final Duration LIFE = Duration.ofHours(1);
    private static final long HOUR = 3_600_000;
    private static final List<CapDemands.Covered> COVERED = List.of(
            new CapDemands.Covered(50, new Usd(400), new Usd(700)),
            new CapDemands.Covered(100, Usd.ZERO, new Usd(300)),
            new CapDemands.Covered(200, Usd.ZERO, Usd.ZERO));

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
        at((control.nowMs() / HOUR + 48) * HOUR);
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

    private static CapDemand bundle(String name, long tokens) {
        long start = clock / HOUR * HOUR;
        return new CapDemand(name, "o", 0, 0, CapUnit.BUNDLE, tokens, 0, start, start + HOUR, start + 2 * HOUR);
    }

    private static String fresh() {
        return "b_day_n" + made++;
    }

    /** 100 to 200 tokens, for 500 to 1000 nano-USD where none is paid for. */
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
                new CapDemands(
                        List.of(demands),
                        100,
                        200,
                        demands.length > 0 && demands[0].unit() == CapUnit.BUNDLE ? COVERED : List.of()));
    }

    private static PlaceResult.Placed placed(WalletAddress at, String id, CapDemand... demands) {
        PlaceResult result = control.place(place(at, id, demands));
        assertThat(result).isInstanceOf(PlaceResult.Placed.class);
        return (PlaceResult.Placed) result;
    }

    private static SettleResult settled(WalletAddress at, String id, long usd, long tokens) {
        return control.settle(settle(at, id, usd, tokens, HeldCaps.NONE));
    }

    private static Settle settle(WalletAddress at, String id, long usd, long tokens, HeldCaps caps) {
        return new Settle(at, id, "f", new Usd(usd), false, "chat", false, new Settle.Counted(caps, tokens, true));
    }

    private static void expired(WalletAddress at, String id) {
        raw.zadd(Keys.expiries(SHARD), (double) clock - 1, id);
        assertThat(control.expire(SHARD, new DueHold(id, "o", at.wallet(), 1, clock - 1)))
                .isInstanceOf(SettleResult.Settled.class);
    }

    private static void counter(String bundle, long start, long spent, long held) {
        Map<String, String> fields = raw.hgetall(Keys.cap(SHARD, bundle + ":o"));
        assertThat(fields.getOrDefault(start + ":s", "0") + " spent, " + fields.getOrDefault(start + ":h", "0")
                        + " held")
                .isEqualTo(spent + " spent, " + held + " held");
    }

    @ParameterizedTest(name = "{0} tokens left")
    @CsvSource({
        "0, 0, 1000",
        "1, 1, 1000",
        "49, 49, 1000",
        "50, 50, 700",
        "100, 100, 300",
        "199, 199, 300",
        "200, 200, 0",
        "500, 200, 0"
    })
    void what_a_bundle_has_left_is_set_aside_and_lowers_what_is_held(long left, long reserved, long granted) {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        PlaceResult.Placed placed = placed(at, at + "x", bundle(name, left));
        assertThat(placed.caps().paidFor()).isEqualTo(reserved);
        assertThat(placed.granted().nano()).isEqualTo(granted);
        counter(name, clock / HOUR * HOUR, 0, reserved);
        assertThat(raw.exists(Keys.cap(SHARD, name + ":o")))
                .as("of nothing left nothing is noted")
                .isEqualTo(reserved > 0 ? 1 : 0);
        assertThat(control.place(place(at, at + "x", bundle(name, left))))
                .as("sent again")
                .isInstanceOfSatisfying(
                        PlaceResult.Placed.class,
                        again -> assertThat(again.caps()).isEqualTo(placed.caps()));
        settled(at, at + "x", 7, 60);
        counter(name, clock / HOUR * HOUR, Math.min(reserved, 60), 0);
    }

    @Test
    void a_wallet_without_money_runs_on_what_is_paid_for_and_no_longer() {
        WalletAddress at = wallet(0);
        String name = fresh();
        assertThat(placed(at, at + "x", bundle(name, 250)).granted()).isEqualTo(Usd.ZERO);
        assertThat(control.place(place(at, at + "y", bundle(name, 250))))
                .as("50 are left: 400 would have to be held")
                .isEqualTo(new PlaceResult.InsufficientFunds(Usd.ZERO, Usd.ZERO));
        counter(name, clock / HOUR * HOUR, 0, 200);
        settled(at, at + "x", 0, 120);
        assertThat(placed(at, at + "z", bundle(name, 250)).caps().paidFor()).isEqualTo(130);
        assertThat(control.wallet(at).orElseThrow().held()).isEqualTo(Usd.ZERO);
    }

    @Test
    void a_cap_in_money_is_asked_for_what_is_left_to_be_held() {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        long start = clock / HOUR * HOUR;
        CapDemand usd =
                new CapDemand("usd" + made, "s", 1, 0, CapUnit.USD, 400, 0, start, start + HOUR, start + 2 * HOUR);
        assertThat(control.place(place(at, at + "x", usd))).isInstanceOf(PlaceResult.CapReached.class);
        PlaceResult.Placed placed = placed(at, at + "x", bundle(name, 60), usd);
        assertThat(placed.granted().nano()).isEqualTo(400);
        assertThat(placed.caps().text())
                .contains(name + ":o,b,0," + start + ",60;")
                .contains(",u,0,");
    }

    @Test
    void an_expiry_keeps_all_from_others_until_the_last_word_says_what_was_used() {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        long start = clock / HOUR * HOUR;
        placed(at, at + "x", bundle(name, 250));
        expired(at, at + "x");
        counter(name, start, 200, 0);
        assertThat(placed(at, at + "y", bundle(name, 250)).caps().paidFor())
                .as("none of those that the expired one may have used")
                .isEqualTo(50);
        settled(at, at + "x", 0, 30);
        counter(name, start, 30, 50);
        settled(at, at + "x", 0, 30);
        counter(name, start, 30, 50);
        settled(at, at + "y", 0, 500);
        counter(name, start, 80, 0);
        assertThat(sum(name)).as("the entries say the same").isEqualTo(80);
    }

    private static long sum(String name) {
        long sum = 0;
        for (LedgerEntry entry : control.entries(SHARD, "", 100_000)) {
            for (String move : entry.caps().split(";", -1)) {
                String[] parts = move.split(",", -1);
                if (parts[0].equals(name + ":o")) {
                    assertThat(parts[1]).isEqualTo("b");
                    sum += Long.parseLong(parts[3]);
                }
            }
        }
        return sum;
    }

    @Test
    void what_is_open_when_the_window_changes_counts_where_it_was_placed() {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        long start = clock / HOUR * HOUR;
        placed(at, at + "x", bundle(name, 200));
        CapDemand before = bundle(name, 200);
        at(start + HOUR);
        assertThat(placed(at, at + "y", before).caps().paidFor())
                .as("the new window has all of them again")
                .isEqualTo(200);
        settled(at, at + "x", 0, 150);
        counter(name, start, 150, 0);
        counter(name, start + HOUR, 0, 200);
        at(start + 3 * HOUR);
        assertThat(control.place(place(at, at + "z", before)))
                .isEqualTo(new PlaceResult.StaleWindow(0, start + 3 * HOUR));
        placed(at, at + "z", bundle(name, 200));
        settled(at, at + "y", 0, 10);
        counter(name, start, 0, 0);
        counter(name, start + HOUR, 10, 0);
    }

    @ParameterizedTest(name = "to {0}")
    @CsvSource({"0, 0", "100, 0", "260, 60", "1000, 200"})
    void a_bundle_may_get_another_number_with_holds_open(long now, long next) {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        placed(at, at + "x", bundle(name, 300));
        assertThat(placed(at, at + "y", bundle(name, now)).caps().paidFor()).isEqualTo(next);
        settled(at, at + "x", 0, 180);
        counter(name, clock / HOUR * HOUR, 180, next);
        settled(at, at + "y", 0, 0);
        counter(name, clock / HOUR * HOUR, 180, 0);
    }

    @Test
    void a_hold_that_is_placed_again_has_the_tokens_it_had_whatever_is_left() {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        long start = clock / HOUR * HOUR;
        PlaceResult.Placed placed = placed(at, at + "x", bundle(name, 200));
        raw.del(Keys.exchange(SHARD, at + "x"), Keys.cap(SHARD, name + ":o"));
        placed(at, at + "y", bundle(name, 200));
        PlaceResult again = control.place(new Place(
                at,
                at + "x",
                2,
                placed.granted(),
                placed.granted(),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                true,
                placed.caps().again()));
        assertThat(again)
                .isInstanceOfSatisfying(
                        PlaceResult.Placed.class, one -> assertThat(one.caps()).isEqualTo(placed.caps()));
        counter(name, start, 0, 400);
    }

    @ParameterizedTest(name = "{0} of it were taken before")
    @ValueSource(longs = {0, 30, 60, 200})
    void a_settlement_whose_record_is_gone_takes_what_sql_does_not_have(long before) {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        HeldCaps caps = placed(at, at + "x", bundle(name, 200)).caps();
        settled(at, at + "x", 0, before);
        long start = clock / HOUR * HOUR;
        counter(name, start, before, 0);
        raw.del(Keys.exchange(SHARD, at + "x"));
        Settle settle = settle(at, at + "x", 5, 60, caps);
        assertThat(control.replay(new ControlPort.Gone(settle, Usd.ZERO, -1, before, List.of())))
                .isInstanceOf(SettleResult.Settled.class);
        counter(name, start, 60, 0);
        raw.del(Keys.exchange(SHARD, at + "x"));
        Settle decided = settle(at, at + "x", 6, 250, caps);
        assertThat(control.adjust(new ControlPort.Gone(decided, new Usd(5), 60, 60, List.of()), true))
                .isInstanceOf(SettleResult.Settled.class);
        counter(name, start, 200, 0);
        assertThat(sum(name)).isEqualTo(200);
    }

    @Test
    void where_nothing_is_enforced_tokens_are_set_aside_all_the_same() {
        WalletAddress at = wallet(0);
        String name = fresh();
        Place plain = place(at, at + "x", bundle(name, 60));
        PlaceResult result = control.place(new Place(
                plain.at(),
                plain.exchange(),
                1,
                plain.min(),
                plain.want(),
                LIFE,
                LIFE,
                Usd.ZERO,
                0,
                "v",
                "TEST",
                false,
                plain.caps(),
                null,
                true,
                null,
                Place.USUAL_MOST_OPEN));
        assertThat(result).isInstanceOfSatisfying(PlaceResult.Placed.class, one -> {
            assertThat(one.caps().paidFor()).isEqualTo(60);
            assertThat(one.granted().nano()).isEqualTo(700);
            assertThat(one.notRefused()).isInstanceOf(PlaceResult.InsufficientFunds.class);
        });
    }

    @Test
    void sixteen_caps_may_apply_beside_a_bundle_and_it_is_in_no_limit_that_clients_are_told_of() {
        WalletAddress at = wallet(100_000);
        String name = fresh();
        long start = clock / HOUR * HOUR;
        List<CapDemand> all = new ArrayList<>(List.of(bundle(name, 100)));
        for (int i = 0; i < 16; i++) {
            all.add(new CapDemand(
                    "c" + i + "_" + made, "s", 1, 0, CapUnit.TOKENS, 9_000, 0, start, start + HOUR, start + 2 * HOUR));
        }
        PlaceResult.Placed placed = placed(at, at + "x", all.toArray(CapDemand[]::new));
        assertThat(placed.used()).hasSize(16).noneMatch(use -> use.index() == 0);
        assertThat(placed.caps().counters()).hasSize(17);
        assertThat(settled(at, at + "x", 0, 10)).isInstanceOf(SettleResult.Settled.class);
        counter(name, start, 10, 0);
    }

    /** Whoever sends this: nothing is written, and the refusal has a name. */
    @ParameterizedTest(name = "argument {0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "23 | -1              | RANGE",
                "23 | 1.5             | RANGE",
                "23 | ''              | RANGE",
                "23 | 9007199254740993 | RANGE",
                "23 | 1000000000000000000000000000000 | RANGE",
                "24 | 60000           | RANGE",
                "25 | -1              | RANGE",
                "26 | 1000            | RANGE",
                "24 | x               | RANGE",
                "28 | x               | RANGE",
                "28 | ''              | RANGE",
                "28 | '50,400'        | RANGE",
                "28 | '50,400,700,1'  | RANGE",
                "28 | '50,-1,700'     | RANGE",
                "28 | '050,400,700'   | RANGE",
                "28 | '50,400,1001'   | RANGE",
                "28 | '50,501,700'    | RANGE",
                "28 | '50,400,700;50,0,0' | RANGE",
                "28 | '50,400,700;40,0,0' | RANGE",
                "28 | '50,400,700;60,401,700' | RANGE",
                "28 | '50,400,700;'   | RANGE",
                "28 | '50,400,9007199254740993' | RANGE",
            })
    void a_place_that_none_of_ours_would_send_is_refused_by_name(int argument, String value, String expected) {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        Call call = Calls.place(place(at, at + "x", bundle(name, 300)), 0);
        String[] args = call.args().clone();
        args[argument - 1] = value;
        refused(call, args, expected);
        assertThat(raw.exists(Keys.exchange(SHARD, at + "x"), Keys.cap(SHARD, name + ":o")))
                .isZero();
    }

    @Test
    void a_bundle_is_asked_first_and_alone() {
        WalletAddress at = wallet(10_000);
        CapDemand one = bundle(fresh(), 300);
        CapDemand other = bundle(fresh(), 300);
        for (Call call : List.of(
                Calls.place(place(at, at + "x", one, other), 0),
                Calls.place(
                        place(at, at + "x", new CapDemand("c", "s", 1, 0, CapUnit.OPEN, 9, 0, 0, MOST, MOST), one),
                        0))) {
            refused(call, call.args(), "RANGE");
        }
        Call call = Calls.place(place(at, at + "x", one), 0);
        refused(call, Arrays.copyOf(call.args(), call.args().length + 1), "RANGE");
        raw.set(Keys.cap(SHARD, one.counter()), "text");
        refused(call, call.args(), "CORRUPT");
        raw.del(Keys.cap(SHARD, one.counter()));
        raw.hset(Keys.cap(SHARD, one.counter()), one.startMs() + ":h", "-5");
        refused(call, call.args(), "CORRUPT");
    }

    private static final long MOST = CapDemand.NEVER_MS;

    @ParameterizedTest(name = "tokens of a bundle that SQL knows: {0}")
    @ValueSource(strings = {"-1", "1.5", "", "x", "9007199254740993", "1000000000000000000000000000000"})
    void a_replay_with_a_number_that_cannot_be_is_refused(String value) {
        WalletAddress at = wallet(10_000);
        HeldCaps caps = placed(at, at + "x", bundle(fresh(), 300)).caps();
        raw.del(Keys.exchange(SHARD, at + "x"));
        Call call =
                Calls.replay(new ControlPort.Gone(settle(at, at + "x", 5, 60, caps), Usd.ZERO, -1, 0, List.of()), 0);
        String[] args = call.args().clone();
        assertThat(args).hasSize(21);
        args[19] = value;
        refused(call, args, "RANGE");
        args = call.args().clone();
        args[3] = "final";
        refused(call, args, "RANGE");
    }

    private static void refused(Call call, String[] args, String expected) {
        String ledger = raw.hget(Keys.shard(SHARD), "n");
        String[] safe =
                Arrays.stream(args).map(each -> each == null ? "1" : each).toArray(String[]::new);
        List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), safe);
        assertThat(reply.getFirst()).as(reply.toString()).isEqualTo(expected);
        assertThat(raw.hget(Keys.shard(SHARD), "n")).isEqualTo(ledger);
    }

    @ParameterizedTest(name = "{0} {1} of {2}")
    @CsvSource(
            nullValues = "-",
            value = {
                "refund, 0, '0,0'",
                "refund, 0, '0,-5'",
                "refund, 0, '-1,5'",
                "refund, 0, '0'",
                "refund, 0, ''",
                "refund, 0, '0,5,1'",
                "refund, 0, '0,9007199254740993'",
                "refund, 0, '1000000000000000000000000000000,5'",
                "top_up, 5, '0,5'",
                "adjust, 5, '0,5'",
                "grant_expiry, 0, '0,5'",
                "open, 0, '0,5'",
            })
    void what_gives_tokens_back_that_it_could_not_have_taken_is_refused(String kind, String amount, String back) {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        placed(at, at + "x", bundle(name, 200));
        settled(at, at + "x", 0, 50);
        long start = clock / HOUR * HOUR;
        Call call = Calls.post(refund(at, "r", 0, new TokensBack(name + ":o", start, 5)), 0);
        String[] args = call.args().clone();
        args[6] = kind;
        args[7] = amount;
        args[13] = back;
        String ledger = raw.hget(Keys.shard(SHARD), "n");
        List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), args);
        assertThat(reply.getFirst()).as(reply.toString()).isIn("RANGE", "CONFLICT");
        for (String elsewhere : List.of("{s8}:c:" + name + ":o", Keys.wallet(at))) {
            String[] keys = call.keys().clone();
            keys[5] = elsewhere;
            List<Object> foreign = raw.eval(call.script().text(), ScriptOutputType.MULTI, keys, call.args());
            assertThat(foreign.getFirst()).as(foreign.toString()).isEqualTo("RANGE");
        }
        assertThat(raw.hget(Keys.shard(SHARD), "n")).isEqualTo(ledger);
        counter(name, start, 50, 0);
    }

    private static Post refund(WalletAddress at, String entry, long amount, TokensBack back) {
        return new Post(at, at + entry, EntryKind.REFUND, new Usd(amount), false, "TEST", "", "t", List.of(), back);
    }

    @Test
    void tokens_that_go_back_leave_no_counter_below_nothing_and_a_window_that_is_gone_alone() {
        WalletAddress at = wallet(10_000);
        String name = fresh();
        long start = clock / HOUR * HOUR;
        placed(at, at + "x", bundle(name, 200));
        settled(at, at + "x", 0, 50);
        Post all = refund(at, "all", 3, new TokensBack(name + ":o", start, 80));
        assertThat(control.post(all)).isInstanceOf(PostResult.Posted.class);
        assertThat(control.post(all)).as("sent again").isInstanceOf(PostResult.Posted.class);
        counter(name, start, 0, 0);
        assertThat(control.post(refund(at, "all", 3, new TokensBack(name + ":o", start, 81))))
                .as("another one under its name")
                .isInstanceOf(PostResult.Rejected.class);
        assertThat(control.post(refund(at, "gone", 0, new TokensBack(name + ":o", start - HOUR, 5))))
                .isInstanceOf(PostResult.Posted.class);
        assertThat(control.wallet(at).orElseThrow().balance().nano()).isEqualTo(10_003);
        assertThat(sum(name)).isZero();
        raw.hset(Keys.cap(SHARD, name + ":o"), start + ":s", "many");
        assertThat(control.post(refund(at, "wrong", 0, new TokensBack(name + ":o", start, 5))))
                .isInstanceOf(PostResult.Rejected.class);
    }
}
