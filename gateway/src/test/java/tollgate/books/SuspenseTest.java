package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Wide;
import tollgate.books.SuspenseDesk.Outcome;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Suspense;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;

/** Settlements that a wallet refuses, and what comes of a person's word: the money moves once, and the books agree. */
@SuppressWarnings("NullAway.Init") // made before every test
class SuspenseTest {
    private static final String DAMAGED = "1e3";

    @TempDir
    Path folder;

    private BooksUnderTest on;

    @BeforeEach
    void a_gateway_with_a_dollar() throws IOException {
        on = new BooksUnderTest(folder, "1", Duration.ZERO);
    }

    @AfterEach
    void stop() {
        on.close();
    }

    @Test
    void what_is_settled_is_posted_once_frees_its_hold_and_counts_as_a_charge() throws IOException {
        parked("x1");
        assertThat(problems()).hasSize(1).first().asString().contains("suspense: x1");
        for (int sent = 0; sent < 3; sent++) {
            assertThat(on.desk().settle("x1", "looked at", "ann"))
                    .isInstanceOfSatisfying(
                            Outcome.Decided.class,
                            decided -> assertThat(decided.suspended().actor()).isEqualTo("ann"));
            on.books.drainNow();
        }
        assertThat(on.balance()).isEqualTo(Usd.parse("0.75"));
        assertThat(on.held()).isEqualTo(Usd.ZERO);
        assertThat(on.kinds()).containsExactly("open", "top_up", "adjust");
        assertThat(entry("x1").amount()).isEqualTo(-SampleExchange.CHARGE.nano());
        assertThat(state("x1")).isEqualTo(Suspense.SETTLED);
        assertThat(on.records.exchanges().charges("w_1")).isEqualTo(SampleExchange.CHARGE.nano());
        assertThat(problems()).isEmpty();
        assertThat(on.desk().drop("x1", "no", "bob")).isInstanceOf(Outcome.Conflict.class);
    }

    @Test
    void what_is_dropped_takes_nothing_frees_its_hold_and_is_kept_with_its_reason() throws IOException {
        parked("x1");
        for (int sent = 0; sent < 3; sent++) {
            assertThat(on.desk().drop("x1", "their bug", "ann")).isInstanceOf(Outcome.Decided.class);
            on.books.drainNow();
        }
        assertThat(on.balance()).isEqualTo(Usd.parse("1"));
        assertThat(on.held()).isEqualTo(Usd.ZERO);
        Suspense.Suspended kept = on.records.suspense().find("x1").orElseThrow();
        assertThat(kept.state()).isEqualTo(Suspense.DROPPED);
        assertThat(kept.note()).isEqualTo("their bug");
        assertThat(kept.parked().total()).isEqualTo(SampleExchange.CHARGE.nano());
        assertThat(on.records.exchanges().charges("w_1")).isZero();
        assertThat(problems()).isEmpty();
        assertThat(on.desk().settle("x1", "", "bob")).isEqualTo(new Outcome.Conflict("it was dropped"));
        assertThat(on.balance()).isEqualTo(Usd.parse("1"));
    }

    @Test
    void what_the_ledger_has_with_another_total_is_corrected_by_the_difference() throws IOException {
        on.place("x1");
        on.control.settle(new Settle(on.at, "x1", "another", Usd.parse("0.10"), false, "chat gpt-5"));
        on.books.drainNow();
        var room = java.util.Objects.requireNonNull(on.journal.loop(0).reserve());
        room.open(SampleExchange.facts(on.at, "x1"));
        room.left();
        room.settle(SampleExchange.entry(on.at, "x1"), () -> {});
        room.close();
        on.restart(Duration.ZERO);
        assertThat(on.journal.pending()).isZero();
        assertThat(on.records.suspense().parked().getFirst().reason()).contains("CONFLICT");
        for (int sent = 0; sent < 3; sent++) {
            assertThat(on.desk().settle("x1", "", "ann")).isInstanceOf(Outcome.Decided.class);
            on.books.drainNow();
        }
        assertThat(on.kinds()).containsExactly("open", "top_up", "settle", "adjust");
        assertThat(entry("x1:adjust").amount()).isEqualTo(-Usd.parse("0.15").nano());
        assertThat(on.balance()).isEqualTo(Usd.parse("0.75"));
        assertThat(problems()).isEmpty();
    }

    @Test
    void what_the_ledger_has_and_redis_has_forgotten_is_corrected_by_the_difference_too() {
        on.place("x1");
        on.control.settle(new Settle(on.at, "x1", "another", Usd.parse("0.40"), false, "chat gpt-5"));
        on.books.drainNow();
        on.raw(redis -> redis.del("{s7}:x:x1"));
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x1"))));
        park("x1", "CONFLICT");
        assertThat(on.desk().settle("x1", "", "ann")).isInstanceOf(Outcome.Decided.class);
        on.books.drainNow();
        assertThat(entry("x1:adjust").amount()).isEqualTo(Usd.parse("0.15").nano());
        assertThat(on.balance()).isEqualTo(Usd.parse("0.75"));
        assertThat(problems()).isEmpty();
    }

    @Test
    void what_was_refunded_in_part_is_not_corrected_to_less_and_what_waits_for_a_person_is_not_refunded() {
        on.place("x1");
        on.control.settle(new Settle(on.at, "x1", "another", Usd.parse("0.40"), false, "chat gpt-5"));
        on.books.drainNow();
        assertThat(refund("early", "0.30")).isInstanceOf(Treasury.Outcome.Booked.class);
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x1"))));
        park("x1", "CONFLICT");
        assertThat(refund("late", "0.01"))
                .isInstanceOfSatisfying(
                        Treasury.Outcome.Refused.class,
                        refused -> assertThat(refused.why()).contains("suspense"));
        assertThat(on.desk().settle("x1", "", "ann"))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.why()).contains("refunded"));
        assertThat(state("x1")).isEqualTo(Suspense.PARKED);
        on.books.drainNow();
        assertThat(on.balance()).isEqualTo(Usd.parse("0.90"));
        assertThat(on.desk().drop("x1", "refunded", "ann")).isInstanceOf(Outcome.Decided.class);
        assertThat(refund("late", "0.10")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(refund("later", "0.000000001")).isInstanceOf(Treasury.Outcome.Refused.class);
        assertThat(on.balance()).isEqualTo(Usd.parse("1.00"));
    }

    private Treasury.Outcome refund(String reason, String amount) {
        return on.treasury.refund(on.wallet, "x1", "refund:x1:" + reason, Usd.parse(amount), reason, "ann");
    }

    @Test
    void what_an_expiry_has_taken_already_is_not_taken_again() {
        on.place("x1");
        long past = on.control.nowMs() - 1;
        on.raw(redis ->
                redis.hset("{s7}:x:x1", "acc", Long.toString(Usd.parse("0.05").nano())));
        on.raw(redis -> redis.zadd("{s7}:hx", (double) past, "x1"));
        assertThat(on.control.expire(7, new tollgate.wallet.DueHold("x1", "o_1", "w_1", 1, past)))
                .isInstanceOf(SettleResult.Settled.class);
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x1"))));
        park("x1", "RANGE");
        on.books.drainNow();
        assertThat(on.desk().settle("x1", "", "ann")).isInstanceOf(Outcome.Decided.class);
        on.books.drainNow();
        assertThat(on.kinds()).containsExactly("open", "top_up", "expiry", "adjust");
        assertThat(on.balance()).isEqualTo(Usd.parse("0.75"));
        assertThat(problems()).isEmpty();
    }

    @Test
    void a_wallet_that_still_refuses_leaves_it_parked_and_whole() throws IOException {
        parkedIn(true);
        assertThat(on.desk().settle("x1", "", "ann"))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.why()).contains("CORRUPT"));
        assertThat(state("x1")).isEqualTo(Suspense.PARKED);
        on.raw(redis -> redis.hdel("{s7}:w:w_1", "over"));
        assertThat(on.desk().settle("x1", "", "ann")).isInstanceOf(Outcome.Decided.class);
        on.books.drainNow();
        assertThat(problems()).isEmpty();
    }

    @Test
    void what_goes_below_zero_by_a_persons_word_is_told_as_short_and_freezes_nothing() {
        on.place("x1");
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x1"))));
        on.records
                .suspense()
                .park(new Suspense.Parked("x1", "w_1", Usd.parse("12").nano(), "RANGE", 1, 0, true, "", false, "r"));
        assertThat(on.desk().settle("x1", "", "ann")).isInstanceOf(Outcome.Decided.class);
        on.books.drainNow();
        assertThat(entry("x1").shortfall()).isEqualTo(Usd.parse("11").nano());
        assertThat(on.control.wallet(on.at).orElseThrow().state()).isEqualTo("active");
        assertThat(on.records.exchanges().find("x1").orElseThrow().charge())
                .as("the usage record says what was posted")
                .isEqualTo(Usd.parse("12").nano());
        assertThat(problems()).isEmpty();
    }

    @Test
    void a_decision_that_redis_could_not_hear_or_lost_is_told_again_at_the_next_start() throws IOException {
        parked("x1");
        on.records.suspense().decide("x1", Suspense.SETTLING, "", "ann", System.currentTimeMillis());
        on.restart(Duration.ZERO);
        on.books.drainNow();
        assertThat(state("x1")).isEqualTo(Suspense.SETTLED);
        assertThat(on.balance()).isEqualTo(Usd.parse("0.75"));
        assertThat(problems()).isEmpty();
    }

    @Test
    @Wide
    void a_decision_that_redis_could_not_hear_or_lost_is_told_again_until_the_ledger_has_it() throws IOException {
        parked("x1");
        on.records.suspense().decide("x1", Suspense.SETTLING, "", "ann", System.currentTimeMillis());
        // what the background does every few seconds
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            on.books.drainNow();
            assertThat(state("x1")).isEqualTo(Suspense.SETTLED);
        });
        assertThat(on.balance()).isEqualTo(Usd.parse("0.75"));
        assertThat(problems()).isEmpty();
    }

    @Test
    void a_posted_decision_is_booked_again_in_a_redis_that_was_emptied() {
        on.place("x0");
        on.control.settle(new Settle(on.at, "x0", "another", Usd.parse("0.10"), false, "chat gpt-5"));
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x0"))));
        park("x0", "CONFLICT");
        assertThat(on.desk().settle("x0", "", "ann")).isInstanceOf(Outcome.Decided.class);
        on.books.drainNow();
        on.raw(redis -> redis.flushall());
        on.control.settle(SampleExchange.settle(on.at, "told that the fence is shut"));
        await().ignoreExceptions()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(on.balance()).isEqualTo(Usd.parse("0.75")));
        assertThat(on.control.exchange(7, "x0").orElseThrow().captured()).isEqualTo(SampleExchange.CHARGE);
        assertThat(problems()).isEmpty();
    }

    @Test
    void an_orphan_that_came_to_more_than_may_be_charged_waits_for_a_person() throws IOException {
        long most = Usd.parse("10").nano();
        for (Object[] each :
                new Object[][] {{"fits", most}, {"absurd", most + 1}, {"none", -5L}, {"all", Long.MAX_VALUE}}) {
            on.raw(redis ->
                    redis.hset("{s7}:w:w_1", "bal", Usd.parse("100").toString().replace(".00", "000000000")));
            var slot = on.exchange((String) each[0]);
            slot.accrued((long) each[1]);
            slot.left();
        }
        on.restart(Duration.ofHours(1));
        assertThat(on.records.suspense().parked())
                .extracting(Suspense.Parked::exchange)
                .containsExactlyInAnyOrder("absurd", "none", "all");
        assertThat(on.balance()).isEqualTo(Usd.parse("90"));
        assertThat(on.records.exchanges().find("absurd").orElseThrow().charge()).isEqualTo(most + 1);
        assertThat(on.journal.orphans()).hasSize(4);
        assertThat(on.desk().settle("absurd", "it was so", "ann")).isInstanceOf(Outcome.Decided.class);
        assertThat(on.desk().drop("none", "no figure", "ann")).isInstanceOf(Outcome.Decided.class);
        assertThat(on.desk().drop("all", "no figure", "ann")).isInstanceOf(Outcome.Decided.class);
        assertThat(on.balance()).isEqualTo(Usd.parse("80").minus(new Usd(1)));
        assertThat(on.held()).isEqualTo(Usd.ZERO);
        on.books.drainNow();
        assertThat(on.records.exchanges().charges("w_1")).isEqualTo(2 * most + 1);
    }

    @Test
    void an_orphan_is_judged_by_what_its_hold_had_grown_to() throws IOException {
        on.raw(redis -> redis.hset("{s7}:w:w_1", "bal", "100000000000"));
        for (String id : List.of("grown", "too much")) {
            var slot = on.exchange(id.replace(' ', '-'));
            slot.holds(Usd.parse("7").nano());
            slot.accrued(Usd.parse(id.equals("grown") ? "14" : "14.000000001").nano());
            slot.left();
        }
        on.restart(Duration.ofHours(1));
        assertThat(on.records.suspense().parked())
                .extracting(Suspense.Parked::exchange)
                .containsExactly("too-much");
        assertThat(on.balance()).isEqualTo(Usd.parse("86"));
        assertThat(on.records.exchanges().find("grown").orElseThrow().record()).contains("\"held\":\"7.00\"");
    }

    @Test
    void nobody_decides_about_what_was_never_parked() {
        assertThat(on.desk().settle("x9", "", "ann")).isEqualTo(new Outcome.Unknown());
        assertThat(on.desk().drop("x9", "r", "ann")).isEqualTo(new Outcome.Unknown());
    }

    @Test
    void a_settlement_of_a_wallet_that_nobody_knows_can_be_dropped_only() {
        on.records.suspense().park(new Suspense.Parked("x1", "w_gone", 1, "UNKNOWN", 1, 0, true, "", false, "r"));
        assertThat(on.desk().settle("x1", "", "ann")).isInstanceOf(Outcome.Refused.class);
        assertThat(on.desk().drop("x1", "gone", "ann")).isInstanceOf(Outcome.Decided.class);
        assertThat(problems()).isEmpty();
    }

    private void parked(String id) throws IOException {
        assertThat(id).isEqualTo("x1");
        parkedIn(false);
    }

    /** The wallet is damaged while the journal tells it of x1. */
    private void parkedIn(boolean staysDamaged) throws IOException {
        var open = on.exchange("x1");
        open.left();
        on.raw(redis -> redis.hset("{s7}:w:w_1", "over", DAMAGED));
        open.settle(SampleExchange.entry(on.at, "x1"), () -> {});
        open.close();
        on.restart(Duration.ZERO);
        assertThat(on.journal.pending()).isZero();
        assertThat(on.records.suspense().parked()).hasSize(1);
        if (!staysDamaged) {
            on.raw(redis -> redis.hdel("{s7}:w:w_1", "over"));
        }
    }

    private void park(String id, String why) {
        on.records
                .suspense()
                .park(new Suspense.Parked(
                        id, "w_1", SampleExchange.CHARGE.nano(), why, 1, 0, true, "", false, "chat gpt-5"));
    }

    private String state(String id) {
        return on.records.suspense().find(id).orElseThrow().state();
    }

    private Ledger.Entry entry(String id) {
        return on.records.ledger().find(id).orElseThrow();
    }

    private List<?> problems() {
        return (List<?>)
                java.util.Objects.requireNonNull(on.verification().run().get("problems"));
    }
}
