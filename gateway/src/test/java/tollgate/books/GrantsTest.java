package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.pricing.Usd;
import tollgate.records.Grants;
import tollgate.records.Ledger;
import tollgate.wallet.ControlPort;
import tollgate.wallet.DueHold;
import tollgate.wallet.GrantMove;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;

/** Promotional money in the books: what SQL knows of it, who expires it, what refunds bring back, and a Redis that lost it. */
@SuppressWarnings("NullAway.Init") // made before every test
class GrantsTest {
    @TempDir
    Path folder;

    private BooksUnderTest under;

    @BeforeEach
    void a_wallet_with_a_dollar_of_its_own() throws IOException {
        under = new BooksUnderTest(folder, "1", Duration.ZERO);
    }

    @AfterEach
    void stop() {
        under.close();
    }

    @Test
    void what_is_over_goes_even_where_nobody_calls() {
        give("g_a", 600, 50, "0.30");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(under.balance()).isEqualTo(Usd.parse("1")));
        under.books.drainNow();
        assertThat(under.kinds()).containsExactly("open", "top_up", "grant", "grant_expiry");
        assertThat(under.records.grants().find("g_a").orElseThrow().rest()).isZero();
        healthy();
    }

    @Test
    void a_refund_goes_back_to_the_grants_that_the_exchange_took_from_the_wallets_own_money_first() {
        give("g_a", 3_600_000, 1, "0.10");
        give("g_b", 3_600_000, 2, "0.10");
        exchange("x", "0.25");
        assertThat(rests()).containsExactly("g_a 0.00", "g_b 0.00");
        assertThat(refund("x", "one", "0.02")).isInstanceOf(Treasury.Outcome.Booked.class);
        under.books.drainNow();
        assertThat(rests()).as("of 0.05 of its own").containsExactly("g_a 0.00", "g_b 0.00");
        // each is asked for twice, the second before the first is in SQL
        assertThat(refund("x", "two", "0.07")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(refund("x", "two", "0.07")).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(refund("x", "three", "0.09")).isInstanceOf(Treasury.Outcome.Booked.class);
        under.books.drainNow();
        assertThat(rests()).containsExactly("g_a 0.03", "g_b 0.10");
        assertThat(refund("x", "four", "0.08"))
                .isInstanceOfSatisfying(
                        Treasury.Outcome.Refused.class,
                        refused -> assertThat(refused.why()).contains("0.07"));
        assertThat(refund("x", "four", "0.07")).isInstanceOf(Treasury.Outcome.Booked.class);
        under.books.drainNow();
        assertThat(rests()).containsExactly("g_a 0.10", "g_b 0.10");
        assertThat(under.balance()).isEqualTo(Usd.parse("1.20"));
        assertThat(refund("x", "five", "0.000000001")).isInstanceOf(Treasury.Outcome.Refused.class);
        assertThat(refund("x", "two", "0.06")).isInstanceOf(Treasury.Outcome.Conflict.class);
        healthy();
    }

    @Test
    void refunds_of_many_at_once_come_to_no_more_than_was_taken() {
        give("g_a", 3_600_000, 1, "0.10");
        exchange("x", "0.25");
        List<CompletableFuture<Treasury.Outcome>> asked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String name = "r" + i;
            asked.add(CompletableFuture.supplyAsync(() -> refund("x", name, "0.01")));
        }
        long booked = asked.stream()
                .map(CompletableFuture::join)
                .filter(Treasury.Outcome.Booked.class::isInstance)
                .count();
        assertThat(booked).isEqualTo(25);
        assertThat(under.balance()).isEqualTo(Usd.parse("1.10"));
        under.books.drainNow();
        assertThat(rests()).containsExactly("g_a 0.10");
        healthy();
    }

    @Test
    void what_is_not_final_is_not_refunded() {
        under.place("x");
        assertThat(refund("x", "one", "0.01")).isInstanceOf(Treasury.Outcome.Refused.class);
        assertThat(refund("nobody", "one", "0.01")).isInstanceOf(Treasury.Outcome.Refused.class);
        assertThat(under.balance()).isEqualTo(Usd.parse("1"));
    }

    @Test
    void a_refund_to_a_grant_that_is_over_expires_in_the_books() {
        give("g_a", 1_200, 1, "0.20");
        exchange("x", "0.20");
        await().atMost(Duration.ofSeconds(5)).until(() -> under.control.nowMs() > expiry("g_a"));
        assertThat(refund("x", "one", "0.20")).isInstanceOf(Treasury.Outcome.Booked.class);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(under.balance()).isEqualTo(Usd.parse("1")));
        under.books.drainNow();
        assertThat(under.kinds()).containsExactly("open", "top_up", "grant", "settle", "refund", "grant_expiry");
        healthy();
    }

    @Test
    void the_same_grant_again_is_the_same_money_and_other_terms_are_a_conflict() {
        GrantMove terms = terms("g_a", 3_600_000, 1, "0.10");
        for (int i = 0; i < 3; i++) {
            assertThat(grant(terms)).isEqualTo(new Treasury.Outcome.Booked(Usd.parse("1.10")));
        }
        GrantMove others = new GrantMove("g_a", terms.expiresMs() + 1, 1, terms.moved());
        assertThat(grant(others)).isInstanceOf(Treasury.Outcome.Conflict.class);
        assertThat(under.balance()).isEqualTo(Usd.parse("1.10"));
    }

    @Test
    void an_emptied_redis_gets_every_grant_back_as_it_was() throws IOException {
        give("g_a", 3_600_000, 1, "0.10");
        give("g_b", 3_600_000, 0, "0.10");
        exchange("x", "0.15");
        refund("x", "one", "0.02");
        under.books.drainNow();
        exchange("y", "0.01");
        List<tollgate.wallet.Grant> before = under.control.grants(under.at);
        under.books.drainNow();
        under.raw(redis -> redis.flushall());
        under.restart(Duration.ZERO);
        assertThat(under.control.grants(under.at)).isEqualTo(before).hasSize(1);
        assertThat(under.<String>raw(redis -> redis.hget("{s7}:w:w_1", "nexp")))
                .isEqualTo(Long.toString(expiry("g_a")));
        // a record that was booked again knows what it took
        assertThat(under.<String>raw(redis -> redis.hget("{s7}:x:x", "gb"))).contains("g_a", "g_b");
        exchange("z", "0.04");
        under.books.drainNow();
        healthy();
    }

    @Test
    void a_settlement_whose_record_is_gone_gives_back_what_the_ledger_says_it_took() {
        give("g_a", 3_600_000, 1, "0.28");
        under.place("x");
        under.raw(redis -> redis.hset("{s7}:x:x", "acc", "300000000"));
        long past = under.control.nowMs() - 1;
        under.raw(redis -> redis.zadd("{s7}:hx", (double) past, "x"));
        under.control.expire(7, new DueHold("x", "o_1", "w_1", 1, past));
        assertThat(under.control.exchange(7, "x").orElseThrow().state()).isEqualTo("EXPIRED");
        under.books.drainNow();
        assertThat(rests()).containsExactly("g_a 0.00");
        under.raw(redis -> redis.del("{s7}:x:x"));
        List<Ledger.Entry> entries = under.records.ledger().allOfExchange("x");
        ControlPort.Gone gone = new ControlPort.Gone(
                SampleExchange.settle(under.at, "x"), Usd.parse("0.30"), -1, CapMoves.burnt(entries));
        for (int sent = 0; sent < 3; sent++) {
            assertThat(under.control.replay(gone)).isInstanceOf(SettleResult.Settled.class);
        }
        under.books.drainNow();
        // 0.25 in all: 0.02 of its own come back before 0.03 to the grant
        assertThat(rests()).containsExactly("g_a 0.03");
        assertThat(under.balance()).isEqualTo(Usd.parse("1.03"));
    }

    @Test
    void a_grant_that_somebody_changed_by_hand_is_a_problem() {
        give("g_a", 3_600_000, 1, "0.10");
        under.books.drainNow();
        healthy();
        under.raw(redis -> redis.hset("{s7}:g:w_1", "1", "g_a," + expiry("g_a") + ",1,99000000"));
        assertThat(problems()).singleElement().asString().contains("w_1", "grants", "99000000");
        under.raw(redis -> redis.hset("{s7}:g:w_1", "1", "nonsense"));
        assertThat(problems()).singleElement().asString().contains("w_1", "nonsense");
        under.raw(redis -> redis.del("{s7}:g:w_1"));
        assertThat(problems()).singleElement().asString().contains("w_1", "grants");
    }

    @Test
    void the_seventeenth_is_refused_in_words_and_one_that_is_over_makes_room() {
        give("g_first", 700, 50, "0.01");
        for (int i = 1; i < 16; i++) {
            give("g_" + i, 3_600_000, 50, "0.01");
        }
        assertThat(grant(terms("g_more", 3_600_000, 50, "0.01")))
                .isInstanceOfSatisfying(
                        Treasury.Outcome.Refused.class,
                        refused -> assertThat(refused.why()).contains("16"));
        await().atMost(Duration.ofSeconds(5)).until(() -> under.control.nowMs() > expiry("g_first"));
        assertThat(grant(terms("g_later", 3_600_000, 50, "0.01"))).isInstanceOf(Treasury.Outcome.Booked.class);
        assertThat(under.balance()).isEqualTo(Usd.parse("1.16"));
    }

    // what tests say in a word

    private GrantMove terms(String id, long inMs, int priority, String amount) {
        return new GrantMove(
                id, under.control.nowMs() + inMs, priority, Usd.parse(amount).nano());
    }

    private Treasury.Outcome grant(GrantMove terms) {
        return under.treasury.grant(under.wallet, "grant:" + terms.grant(), terms, "r", "t");
    }

    private void give(String id, long inMs, int priority, String amount) {
        assertThat(grant(terms(id, inMs, priority, amount))).isInstanceOf(Treasury.Outcome.Booked.class);
    }

    private long expiry(String id) {
        under.books.drainNow();
        return under.records.grants().find(id).orElseThrow().expiresMs();
    }

    private void exchange(String id, String charge) {
        under.place(id);
        Settle settle = new Settle(under.at, id, "print", Usd.parse(charge), false, "chat gpt-5");
        assertThat(under.control.settle(settle)).isInstanceOf(SettleResult.Settled.class);
        under.books.drainNow();
    }

    private Treasury.Outcome refund(String exchange, String reason, String amount) {
        return under.treasury.refund(
                under.wallet, exchange, "refund:" + exchange + ":" + reason, Usd.parse(amount), reason, "t");
    }

    private List<String> rests() {
        return under.records.grants().ofWallet("w_1").stream()
                .map((Grants.Granted each) -> each.id() + " " + new Usd(each.rest()))
                .sorted()
                .toList();
    }

    private List<String> problems() {
        return ((List<?>) under.verification().run().getOrDefault("problems", List.of()))
                .stream().map(String::valueOf).toList();
    }

    private void healthy() {
        assertThat(problems().stream().filter(problem -> !problem.contains("its record is missing")))
                .isEmpty();
    }
}
