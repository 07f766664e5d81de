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
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.pricing.Usd;

/** Promotional money in the scripts: what is spent first, what expires, what comes back, and what is damaged or nonsense. */
@SuppressWarnings("NullAway.Init") // started before all tests
class GrantScriptsTest {
    private static final Duration LIFE = Duration.ofMinutes(1);
    private static final Duration LONG = Duration.ofHours(1);
    private static final long LATER = 10_000_000;

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static ShardWatch watch;
    private static RedisCommands<String, String> raw;
    private static long clock;
    private static int wallets;
    private WalletAddress at;

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, 3, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
        watch = on.watch;
        clock = control.nowMs() + 3_600_000;
    }

    @AfterAll
    static void stop() {
        on.close();
    }

    @BeforeEach
    void a_wallet_with_a_hundred() {
        at = new WalletAddress(3, "o", "w" + wallets++);
        pass(0);
        post(EntryKind.OPEN, "open", 0);
        post(EntryKind.TOP_UP, "top", 100);
    }

    @Test
    void the_lowest_priority_then_the_earliest_expiry_then_the_id_is_spent_first_and_the_wallets_own_last() {
        give("c", 50, LATER, 10);
        give("a", 50, LATER, 10);
        give("b", 50, 5_000, 10);
        give("z", 1, LATER + 1, 10);
        give("d", 51, 1_000, 10);
        assertThat(grants()).containsExactly("z 10", "b 10", "a 10", "c 10", "d 10");
        exchange("x", 45);
        assertThat(grants()).containsExactly("d 5");
        assertThat(moves()).isEqualTo(List.of("z -10", "b -10", "a -10", "c -10", "d -5"));
        assertThat(balance()).isEqualTo(105);
        exchange("y", 30);
        assertThat(grants()).isEmpty();
        assertThat(balance()).isEqualTo(75);
        assertThat(moves()).isEqualTo(List.of("d -5"));
    }

    @Test
    void nothing_is_held_while_something_is_over_and_then_only_what_is_left() {
        give("a", 50, 1_000, 40);
        pass(1_000);
        PlaceResult due = place("x", 120);
        assertThat(due).isEqualTo(new PlaceResult.GrantDue(clock));
        assertThat(held()).isZero();
        expire();
        assertThat(last().kind()).isEqualTo("grant_expiry");
        assertThat(last().amount().nano()).isEqualTo(-40);
        assertThat(balance()).isEqualTo(100);
        assertThat(place("x", 120)).isInstanceOf(PlaceResult.InsufficientFunds.class);
        assertThat(place("x", 100)).isInstanceOf(PlaceResult.Placed.class);
        long entries = control.wallet(at).orElseThrow().seq();
        expire();
        assertThat(control.wallet(at).orElseThrow().seq())
                .as("nothing is due any more")
                .isEqualTo(entries);
    }

    @Test
    void what_an_open_hold_pins_is_for_it_and_goes_when_it_does_not_take_it() {
        give("a", 50, 1_000, 40);
        assertThat(place("before", 130)).isInstanceOf(PlaceResult.Placed.class);
        pass(1_000);
        expire();
        assertThat(balance()).as("ten were not held").isEqualTo(130);
        assertThat(grants()).containsExactly("a 30");
        post(EntryKind.TOP_UP, "more", 50);
        assertThat(place("after", 20)).as("looked at again in a minute").isInstanceOf(PlaceResult.Placed.class);
        settle("after", "f", 20);
        assertThat(moves()).as("placed after it was over").isEmpty();
        assertThat(grants()).containsExactly("a 30");
        settle("before", "f", 12);
        assertThat(moves()).containsExactly("a -12");
        assertThat(place("next", 1)).isInstanceOf(PlaceResult.GrantDue.class);
        expire();
        assertThat(grants()).isEmpty();
        assertThat(balance()).isEqualTo(100 + 50 - 20);
    }

    @Test
    void what_old_holds_leave_of_what_is_over_nobody_new_can_hold_and_no_money_that_was_paid_in_goes_in_its_place() {
        exchange("own", 100);
        give("a", 50, 1_000, 30);
        assertThat(place("one", 20)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(place("two", 10)).isInstanceOf(PlaceResult.Placed.class);
        pass(1_000);
        expire();
        assertThat(grants()).as("all of it is held").containsExactly("a 30");
        post(EntryKind.TOP_UP, "more", 50);
        settle("one", "f", 5);
        assertThat(place("new", 51)).as("fifteen are over").isInstanceOf(PlaceResult.GrantDue.class);
        expire();
        assertThat(grants()).as("held by the other").containsExactly("a 10");
        assertThat(place("new", 51)).isInstanceOf(PlaceResult.InsufficientFunds.class);
        assertThat(place("new", 50)).isInstanceOf(PlaceResult.Placed.class);
        settle("two", "f", 10);
        assertThat(moves()).containsExactly("a -10");
        settle("new", "f", 50);
        assertThat(balance()).isZero();
        assertThat(grants()).isEmpty();
    }

    @Test
    void what_a_released_hold_pinned_is_over_at_once() {
        exchange("own", 100);
        give("a", 50, 1_000, 30);
        assertThat(place("one", 30)).isInstanceOf(PlaceResult.Placed.class);
        pass(1_000);
        expire();
        settle("one", "f", 0);
        assertThat(place("new", 1)).isInstanceOf(PlaceResult.GrantDue.class);
        expire();
        assertThat(balance()).isZero();
        assertThat(place("new", 1)).isInstanceOf(PlaceResult.InsufficientFunds.class);
    }

    @Test
    void a_grant_that_is_over_when_a_redis_that_lost_it_is_told_again_is_given_to_who_held_it_and_expires() {
        exchange("own", 100);
        give("late", 50, -5_000, 30);
        assertThat(control.place(asking("x", 20, true))).isInstanceOf(PlaceResult.Placed.class);
        settle("x", "f", 20);
        assertThat(moves()).containsExactly("late -20");
        assertThat(place("new", 1)).isInstanceOf(PlaceResult.GrantDue.class);
        expire();
        assertThat(last().amount().nano()).isEqualTo(-10);
        assertThat(balance()).isZero();
    }

    @Test
    void a_hold_that_a_failover_took_along_is_as_old_as_it_was() {
        give("a", 50, 1_000, 40);
        assertThat(place("other", 140)).isInstanceOf(PlaceResult.Placed.class);
        pass(1_000);
        expire();
        raw.del(Keys.exchange(3, "x"));
        assertThat(control.place(asking("x", 20, true))).isInstanceOf(PlaceResult.Placed.class);
        settle("x", "f", 20);
        assertThat(moves()).containsExactly("a -20");
    }

    @Test
    void a_late_smaller_total_gives_the_wallets_own_back_first_and_then_to_the_grant_taken_last() {
        give("a", 1, LATER, 10);
        give("b", 2, LATER, 10);
        accrued("x", 30);
        assertThat(grants()).isEmpty();
        settle("x", "f", 13);
        assertThat(last().kind()).isEqualTo("late");
        assertThat(last().amount().nano()).isEqualTo(17);
        assertThat(grants()).containsExactly("b 7");
        assertThat(moves()).containsExactly("b 7");
        assertThat(balance()).isEqualTo(107);
    }

    @Test
    void what_comes_back_to_a_grant_that_is_over_expires() {
        give("a", 1, 1_000, 10);
        accrued("x", 10);
        pass(2_000);
        settle("x", "f", 4);
        assertThat(grants()).containsExactly("a 6");
        assertThat(balance()).isEqualTo(106);
        assertThat(place("y", 1)).isInstanceOf(PlaceResult.GrantDue.class);
        expire();
        assertThat(last().kind()).isEqualTo("grant_expiry");
        assertThat(balance()).isEqualTo(100);
    }

    @Test
    void a_late_larger_total_takes_from_what_was_there_when_it_was_placed() {
        give("a", 1, 1_000, 50);
        assertThat(place("pins", 148)).isInstanceOf(PlaceResult.Placed.class);
        accrued("x", 2);
        pass(1_000);
        expire();
        settle("x", "f", 7);
        assertThat(moves()).containsExactly("a -5");
    }

    @Test
    void sixteen_grants_are_the_most_and_one_that_is_used_up_makes_room() {
        for (int i = 0; i < 16; i++) {
            give("g" + i, 50, LATER, 1);
        }
        Post seventeenth = granting("g16", 50, LATER, 1);
        assertThat(control.post(seventeenth)).isEqualTo(new PostResult.Rejected("GRANTS_FULL", "16"));
        exchange("x", 1);
        assertThat(control.post(seventeenth)).isInstanceOf(PostResult.Posted.class);
        assertThat(grants()).hasSize(16);
        assertThat(control.post(seventeenth)).as("again").isInstanceOf(PostResult.Posted.class);
        assertThat(balance()).isEqualTo(116);
    }

    @Test
    void a_refund_brings_back_what_was_used_up_even_where_there_are_sixteen() {
        give("g", 1, LATER, 5);
        exchange("x", 5);
        for (int i = 0; i < 16; i++) {
            give("g" + i, 50, LATER, 1);
        }
        PostResult refunded = control.post(new Post(
                at,
                "refund" + at.wallet(),
                EntryKind.REFUND,
                new Usd(7),
                false,
                "TEST",
                "r",
                "t",
                List.of(new GrantMove("g", clock + LATER, 1, 5))));
        assertThat(refunded).isInstanceOf(PostResult.Posted.class);
        assertThat(grants()).hasSize(17).startsWith("g 5");
        assertThat(balance()).isEqualTo(100 + 16 + 7);
    }

    @Test
    void a_correction_below_zero_takes_promotional_money_first_and_one_above_is_the_wallets_own() {
        give("a", 1, LATER, 10);
        post(EntryKind.ADJUST, "less", -4);
        assertThat(grants()).containsExactly("a 6");
        post(EntryKind.ADJUST, "more", 4);
        assertThat(grants()).containsExactly("a 6");
        assertThat(balance()).isEqualTo(110);
    }

    @Test
    void a_closed_or_frozen_wallet_lets_go_of_what_is_over_all_the_same() {
        for (String state : List.of("frozen", "closed")) {
            give("a" + state, 1, 1_000, 10);
            control.setState(at, state.equals("frozen") ? 1 : 3, state);
            pass(1_000);
            expire();
            assertThat(grants()).isEmpty();
            control.setState(at, state.equals("frozen") ? 2 : 4, "active");
        }
        assertThat(balance()).isEqualTo(100);
    }

    @Test
    void a_wallet_that_never_had_a_grant_keeps_nothing_of_them() {
        exchange("x", 5);
        assertThat(raw.hgetall(Keys.wallet(at))).doesNotContainKey("nexp");
        assertThat(raw.hgetall(Keys.exchange(3, name("x")))).doesNotContainKeys("pl", "gb");
        assertThat(raw.exists(Keys.grants(at))).isZero();
        assertThat(last().caps()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "g,1,1",
                "g,9999999999999,50,5;h,9999999999999,50,5",
                "g,9999999999999,50,6",
                "g,9999999999999,101,5",
                "g,9999999999999,50,0",
                "g,9999999999999,50,-5",
                "g,9999999999999,050,5",
                "g,9007199254740993,50,5",
                "g,1e12,50,5",
                "g:h,9999999999999,50,5",
                "g,9999999999999,50,5;",
                ";g,9999999999999,50,5",
                "g,9999999999999,50,1000000000000000000000000000000"
            })
    void a_grant_of_nonsense_is_refused_and_nothing_written(String terms) {
        Map<String, String> before = everything();
        Call call = Calls.post(granting("g", 50, LATER, 5), watch.n(3));
        call.args()[12] = terms;
        List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args());
        assertThat(reply.getFirst()).as(reply.toString()).isEqualTo("RANGE");
        assertThat(everything()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"top_up", "adjust", "open", "grant_expiry"})
    void what_is_no_grant_and_no_refund_names_none(String kind) {
        Call call = Calls.post(granting("g", 50, LATER, 5), watch.n(3));
        call.args()[6] = kind;
        if (kind.equals("grant_expiry")) {
            call.args()[7] = "0";
        }
        Map<String, String> before = everything();
        List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args());
        assertThat(reply.getFirst()).as(reply.toString()).isIn("RANGE", "CONFLICT");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void a_refund_that_gives_grants_more_than_it_is_refused() {
        Post more = new Post(
                at,
                "refund" + at.wallet(),
                EntryKind.REFUND,
                new Usd(4),
                false,
                "TEST",
                "r",
                "t",
                List.of(new GrantMove("g", clock + LATER, 1, 5)));
        assertThat(control.post(more)).isEqualTo(new PostResult.Rejected("RANGE", "grants"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"g", "g,1,50,5", "x", "", "g,99,50,-1", "g,99,50,9007199254740993"})
    void grants_that_somebody_damaged_are_refused_by_name_and_nothing_is_written(String slot) {
        give("a", 1, LATER, 10);
        place("x", 5);
        boolean elsewhere = slot.equals("g,1,50,5");
        raw.hset(Keys.grants(at), elsewhere ? "7" : "1", slot);
        Map<String, String> before = everything();
        List<Object> answers = List.of(
                control.settle(stating("x", "f", 5 + (elsewhere ? 90 : 0))),
                control.post(granting("h", 50, LATER, 5)),
                control.post(
                        new Post(at, "less" + at.wallet(), EntryKind.ADJUST, new Usd(-5), false, "TEST", "r", "t")));
        assertThat(answers)
                .containsExactly(
                        new SettleResult.Rejected("CORRUPT", "grants"),
                        new PostResult.Rejected("CORRUPT", "grants"),
                        new PostResult.Rejected("CORRUPT", "grants"));
        raw.hset(Keys.wallet(at), "nexp", "soon");
        before.put(Keys.wallet(at), raw.hgetall(Keys.wallet(at)).toString());
        assertThat(place("y", 1)).isEqualTo(new PlaceResult.Rejected("CORRUPT", "wallet"));
        assertThat(control.expireGrants(at, "TEST")).isEqualTo(new PostResult.Rejected("CORRUPT", "grants"));
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void the_grants_of_another_wallet_are_not_touched() {
        give("a", 1, LATER, 10);
        place("x", 5);
        String others = at.wallet();
        a_wallet_with_a_hundred();
        give("b", 1, LATER, 10);
        place("x", 5);
        Map<String, String> before = everything();
        Call settle = Calls.settle(stating("x", "f", 5), Usd.ZERO, watch.n(3));
        settle.keys()[5] = Keys.grants(new WalletAddress(3, "o", others));
        Call expiry = Calls.expireGrants(at, "TEST", watch.n(3));
        expiry.keys()[4] = settle.keys()[5];
        for (Call call : List.of(settle, expiry)) {
            List<Object> reply = raw.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args());
            assertThat(reply).isEqualTo(List.of("RANGE", "key of the grants"));
        }
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void a_key_of_another_type_is_refused() {
        give("a", 1, LATER, 10);
        place("x", 5);
        raw.del(Keys.grants(at));
        raw.set(Keys.grants(at), "1");
        assertThat(control.settle(stating("x", "f", 5))).isEqualTo(new SettleResult.Rejected("CORRUPT", "grants"));
        assertThat(control.expireGrants(at, "TEST")).isEqualTo(new PostResult.Rejected("CORRUPT", "grants"));
    }

    // what tests say in a word

    private String name(String exchange) {
        return at.wallet() + exchange;
    }

    private static void pass(long ms) {
        clock += ms;
        raw.hset(Keys.shard(3), "hwm_ms", Long.toString(clock));
    }

    private void post(EntryKind kind, String entry, long amount) {
        PostResult posted =
                control.post(new Post(at, entry + at.wallet(), kind, new Usd(amount), false, "TEST", "r", "t"));
        assertThat(posted).isInstanceOf(PostResult.Posted.class);
    }

    private Post granting(String id, int priority, long inMs, long amount) {
        return new Post(
                at,
                id + at.wallet(),
                EntryKind.GRANT,
                new Usd(amount),
                false,
                "TEST",
                "r",
                "t",
                List.of(new GrantMove(id, clock + inMs, priority, amount)));
    }

    private void give(String id, int priority, long inMs, long amount) {
        assertThat(control.post(granting(id, priority, inMs, amount))).isInstanceOf(PostResult.Posted.class);
    }

    private void expire() {
        assertThat(control.expireGrants(at, "TEST")).isInstanceOf(PostResult.Posted.class);
    }

    private Place asking(String exchange, long amount, boolean again) {
        return new Place(
                at, name(exchange), 1, new Usd(amount), new Usd(amount), LIFE, LONG, Usd.ZERO, 0, "v", "TEST", again);
    }

    private PlaceResult place(String exchange, long amount) {
        return control.place(asking(exchange, amount, false));
    }

    private Settle stating(String exchange, String print, long total) {
        return new Settle(at, name(exchange), print, new Usd(total), false, "chat");
    }

    private void settle(String exchange, String print, long total) {
        for (int sent = 0; sent < 2; sent++) {
            assertThat(control.settle(stating(exchange, print, total))).isInstanceOf(SettleResult.Settled.class);
        }
    }

    private void exchange(String exchange, long amount) {
        assertThat(place(exchange, amount)).isInstanceOf(PlaceResult.Placed.class);
        settle(exchange, "f", amount);
    }

    /** Placed, never renewed but once, and expired at what it had come to. */
    private void accrued(String exchange, long amount) {
        assertThat(place(exchange, amount)).isInstanceOf(PlaceResult.Placed.class);
        Call renewal = Calls.renew(new Renew(at, name(exchange), 1, new Usd(amount), LIFE), watch.n(3));
        raw.eval(renewal.script().text(), ScriptOutputType.MULTI, renewal.keys(), renewal.args());
        raw.zadd(Keys.expiries(3), (double) (clock - 1), name(exchange));
        assertThat(control.expire(3, new DueHold(name(exchange), "o", at.wallet(), 1, clock - 1)))
                .isInstanceOf(SettleResult.Settled.class);
    }

    private List<String> grants() {
        return control.grants(at).stream()
                .map(grant -> grant.id() + " " + grant.rest().nano())
                .toList();
    }

    private LedgerEntry last() {
        List<LedgerEntry> mine = new ArrayList<>(control.entries(3, "", 1_000_000));
        mine.removeIf(entry -> !entry.wallet().equals(at.wallet()));
        return mine.getLast();
    }

    private List<String> moves() {
        return GrantMove.of(last().caps()).stream()
                .map(move -> move.grant() + " " + move.moved())
                .toList();
    }

    private long balance() {
        return control.wallet(at).orElseThrow().balance().nano();
    }

    private long held() {
        return control.wallet(at).orElseThrow().held().nano();
    }

    private static Map<String, String> everything() {
        Map<String, String> all = new TreeMap<>();
        for (String key : raw.keys("*")) {
            String type = raw.type(key);
            all.put(
                    key,
                    switch (type) {
                        case "hash" -> raw.hgetall(key).toString();
                        case "stream" -> Long.toString(raw.xlen(key));
                        default -> type;
                    });
        }
        return all;
    }
}
