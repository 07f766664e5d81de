package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.journal.JournalEntry;
import tollgate.journal.Reservation;
import tollgate.pricing.Usd;
import tollgate.records.Suspense;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapDemands;
import tollgate.wallet.CapUnit;
import tollgate.wallet.DueHold;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;

/** Bundles of tokens in the books: their counters are what the entries say, and refunds go back to them once. */
@SuppressWarnings("NullAway.Init") // made before every test
class BundlesTest {
    private static final String COUNTER = "b_lifetime_taste:o_1";

    @TempDir
    Path folder;

    private BooksUnderTest under;

    @BeforeEach
    void start() throws IOException {
        under = new BooksUnderTest(folder, "1", Duration.ZERO);
    }

    @AfterEach
    void stop() {
        under.close();
    }

    private HeldCaps place(String id) {
        CapDemand bundle = new CapDemand(
                "b_lifetime_taste", "o_1", 0, 0, CapUnit.BUNDLE, 1_000, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS);
        PlaceResult placed = under.control.place(new Place(
                under.at,
                id,
                1,
                SampleExchange.HELD,
                SampleExchange.HELD,
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Usd.ZERO,
                0,
                "v",
                "USD",
                false,
                new CapDemands(List.of(bundle), 300, 300)));
        assertThat(placed).isInstanceOf(PlaceResult.Placed.class);
        return ((PlaceResult.Placed) placed).caps();
    }

    private void exchange(String id, String charge, long tokens) {
        place(id);
        assertThat(under.control.settle(new Settle(
                        under.at,
                        id,
                        "print",
                        Usd.parse(charge),
                        false,
                        "chat m",
                        false,
                        new Settle.Counted(HeldCaps.NONE, tokens, true))))
                .isInstanceOf(SettleResult.Settled.class);
        under.books.drainNow();
    }

    private Treasury.Outcome refund(String exchange, String name, String amount) {
        return under.treasury.refund(under.wallet, exchange, "r:" + name, Usd.parse(amount), "why", "t");
    }

    private long used() {
        return under.control
                .caps()
                .find(7, COUNTER)
                .map(counter -> counter.spent().getOrDefault(0L, 0L))
                .orElse(0L);
    }

    private long held() {
        return under.control
                .caps()
                .find(7, COUNTER)
                .map(counter -> counter.held().getOrDefault(0L, 0L))
                .orElse(0L);
    }

    private List<String> problems() {
        return new CapVerification(under.records, under.control).problems(7);
    }

    @Test
    void the_refund_that_leaves_nothing_of_the_charge_gives_the_tokens_back_once() {
        exchange("x", "0.25", 200);
        exchange("y", "0.25", 50);
        assertThat(used()).isEqualTo(250);
        assertThat(refund("x", "one", "0.10")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(used()).as("a part of it").isEqualTo(250);
        assertThat(refund("x", "two", "0.15")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(refund("x", "two", "0.15")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(used()).isEqualTo(50);
        assertThat(refund("x", "three", "0")).isInstanceOf(Treasury.Outcome.Refused.class);
        under.books.drainNow();
        assertThat(refund("x", "three", "0")).isInstanceOf(Treasury.Outcome.Refused.class);
        assertThat(used()).isEqualTo(50);
        assertThat(problems()).isEmpty();
        assertThat(under.balance()).isEqualTo(Usd.parse("0.75"));
    }

    @Test
    void what_tokens_alone_paid_for_is_refunded_with_no_money() {
        exchange("x", "0", 120);
        assertThat(refund("x", "one", "0.01")).isInstanceOf(Treasury.Outcome.Refused.class);
        List<CompletableFuture<Treasury.Outcome>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String name = "n" + i;
            asked.add(CompletableFuture.supplyAsync(() -> refund("x", name, "0")));
        }
        assertThat(asked.stream().map(CompletableFuture::join).filter(Treasury.Outcome.Booked.class::isInstance))
                .as("once, whoever asks")
                .hasSize(1);
        assertThat(used()).isZero();
        under.books.drainNow();
        assertThat(problems()).isEmpty();
        assertThat(under.balance()).isEqualTo(Usd.parse("1"));
        assertThat(under.kinds()).containsExactly("open", "top_up", "release", "refund");
    }

    @Test
    void an_exchange_without_a_bundle_has_nothing_that_no_money_could_refund() {
        under.place("x");
        assertThat(under.control.settle(SampleExchange.settle(under.at, "x"))).isInstanceOf(SettleResult.Settled.class);
        under.books.drainNow();
        assertThat(refund("x", "all", "0.25")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(refund("x", "more", "0")).isInstanceOf(Treasury.Outcome.Refused.class);
    }

    @ParameterizedTest(name = "{0} by {1}")
    @CsvSource({"0:s, 1", "0:s, -1", "0:h, 1"})
    void a_counter_that_somebody_changed_is_told_of(String field, long by) {
        exchange("x", "0.01", 120);
        place("y");
        assertThat(problems()).isEmpty();
        under.raw(redis -> redis.hincrby("{s7}:c:" + COUNTER, field, by));
        assertThat(problems()).isNotEmpty();
        under.raw(redis -> redis.del("{s7}:c:" + COUNTER));
        assertThat(problems()).isNotEmpty();
    }

    @Test
    void what_expired_under_a_gateway_that_is_not_seen_again_gives_back_what_it_had_not_used() {
        place("x");
        under.raw(redis -> redis.hset("{s7}:x:x", Map.of("ta", "70", "tg", "300")));
        expire("x");
        under.books.drainNow();
        assertThat(used()).as("any of them may have been used").isEqualTo(300);
        assertThat(problems()).isEmpty();
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(25));
        new Reconstruction(under.records, under.control, later, Duration.ofMinutes(10), Duration.ofHours(24))
                .finish(shard -> true);
        assertThat(used()).isEqualTo(70);
        assertThat(held()).isZero();
        under.books.drainNow();
        assertThat(problems()).isEmpty();
    }

    private void expire(String id) {
        long due = under.control.nowMs() - 1;
        under.raw(redis -> redis.zadd("{s7}:hx", (double) due, id));
        assertThat(under.control.expire(7, new DueHold(id, "o_1", "w_1", 1, due)))
                .isInstanceOf(SettleResult.Settled.class);
    }

    @Test
    void a_late_settlement_whose_record_is_gone_corrects_its_expiry() throws IOException {
        HeldCaps caps = place("x");
        expire("x");
        under.books.drainNow();
        under.raw(redis -> redis.del("{s7}:x:x"));
        Reservation room = Objects.requireNonNull(under.journal.loop(0).reserve());
        room.settle(
                new JournalEntry(
                        SampleExchange.settle(under.at, "x").holding(caps),
                        SampleExchange.entry(under.at, "x").usage()),
                () -> {});
        room.close();
        under.restart(Duration.ZERO);
        under.books.drainNow();
        assertThat(used()).as("it counted no tokens").isZero();
        assertThat(problems()).isEmpty();
    }

    @Test
    void an_exchange_whose_process_died_used_what_had_left_though_it_cost_nothing() throws IOException {
        HeldCaps caps = place("x");
        HeldCaps unseen = place("y");
        for (String id : List.of("x", "y")) {
            Reservation room = Objects.requireNonNull(under.journal.loop(0).reserve());
            room.open(SampleExchange.facts(under.at, id).holding(Usd.ZERO, id.equals("x") ? caps : unseen));
            room.reported(Map.of("input", 40L, "output", 25L));
            room.accrued(0);
            if (id.equals("x")) {
                room.left();
            }
        }
        under.restart(Duration.ZERO);
        under.books.drainNow();
        assertThat(used()).as("of the other one nothing had left").isEqualTo(65);
        assertThat(held()).isZero();
        assertThat(problems()).isEmpty();
        assertThat(under.balance()).isEqualTo(Usd.parse("1"));
    }

    @Test
    void the_counter_is_built_again_from_the_entries_where_redis_lost_it() throws IOException {
        exchange("x", "0", 120);
        exchange("y", "0.01", 500);
        refund("x", "one", "0");
        place("z");
        expire("z");
        under.books.drainNow();
        assertThat(used()).isEqualTo(600);
        under.raw(redis -> redis.flushall());
        under.restart(Duration.ZERO);
        assertThat(used()).isEqualTo(600);
        assertThat(problems()).isEmpty();
    }

    @Test
    void a_late_settlement_gives_back_what_its_expiry_kept_though_redis_was_built_again_meanwhile() throws IOException {
        HeldCaps caps = place("x");
        expire("x");
        under.books.drainNow();
        assertThat(used()).isEqualTo(300);
        under.raw(redis -> redis.flushall());
        Reservation room = Objects.requireNonNull(under.journal.loop(0).reserve());
        room.settle(
                new JournalEntry(
                        new Settle(
                                under.at,
                                "x",
                                "late",
                                Usd.ZERO,
                                false,
                                "chat m",
                                false,
                                new Settle.Counted(caps, 40, true)),
                        SampleExchange.entry(under.at, "x").usage()),
                () -> {});
        room.close();
        under.restart(Duration.ZERO);
        under.books.drainNow();
        assertThat(used()).isEqualTo(40);
        assertThat(held()).isZero();
        assertThat(problems()).isEmpty();
    }

    @Test
    void what_a_person_settles_at_nothing_used_the_tokens_that_paid_for_it_all_the_same() {
        HeldCaps caps = place("x");
        under.records
                .suspense()
                .park(new Suspense.Parked("x", "w_1", 0, "CORRUPT: cap", 1, 120, true, caps.text(), false, "chat m"));
        SuspenseDesk desk = new SuspenseDesk(under.records, under.control, Clock.systemUTC());
        assertThat(desk.settle("x", "mended", "t")).isInstanceOf(SuspenseDesk.Outcome.Decided.class);
        assertThat(used()).isEqualTo(120);
        assertThat(held()).isZero();
        under.books.drainNow();
        assertThat(problems()).isEmpty();
        HeldCaps dropped = place("y");
        under.records
                .suspense()
                .park(new Suspense.Parked(
                        "y", "w_1", 0, "CORRUPT: cap", 1, 120, true, dropped.text(), false, "chat m"));
        assertThat(desk.drop("y", "was nothing", "t")).isInstanceOf(SuspenseDesk.Outcome.Decided.class);
        assertThat(used()).as("what is dropped used nothing").isEqualTo(120);
        assertThat(held()).isZero();
    }

    @Test
    void tokens_that_a_refund_gave_back_no_persons_word_gives_back_again() {
        exchange("x", "0", 200);
        assertThat(refund("x", "one", "0")).isInstanceOf(Treasury.Outcome.Booked.class);
        exchange("y", "0", 180);
        assertThat(used()).isEqualTo(180);
        under.records
                .suspense()
                .park(new Suspense.Parked(
                        "x",
                        "w_1",
                        0,
                        "CONFLICT: the ledger has another",
                        1,
                        50,
                        true,
                        COUNTER + ",b,0,0,300",
                        false,
                        "chat m"));
        SuspenseDesk desk = new SuspenseDesk(under.records, under.control, Clock.systemUTC());
        assertThat(desk.settle("x", "fewer", "t")).isInstanceOf(SuspenseDesk.Outcome.Refused.class);
        assertThat(used()).isEqualTo(180);
        under.books.drainNow();
        assertThat(problems()).isEmpty();
    }
}
