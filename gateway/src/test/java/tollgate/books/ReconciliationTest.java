package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.Usd;
import tollgate.records.Postings;
import tollgate.records.Suspense;
import tollgate.wallet.DueHold;
import tollgate.wallet.EntryKind;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;

/** Every way in which Redis, ledger and usage records can differ has a name, and what has none is told of as that. */
@SuppressWarnings("NullAway.Init") // made before every test
class ReconciliationTest {
    @TempDir
    Path folder;

    private BooksUnderTest on;

    @BeforeEach
    void a_gateway_with_a_dollar_and_one_exchange_that_is_done() throws IOException {
        on = new BooksUnderTest(folder, "1", Duration.ofHours(1));
        on.place("x0");
        settled("x0", SampleExchange.CHARGE);
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x0"))));
        on.books.drainNow();
        assertThat(found()).isEmpty();
    }

    @AfterEach
    void stop() {
        on.close();
    }

    @Test
    void entries_that_sql_does_not_have_yet_explain_what_redis_has_more() {
        on.treasury.order(on.wallet, "t2", EntryKind.TOP_UP, Usd.parse("3"), false, "r", "t");
        on.treasury.order(on.wallet, "t3", EntryKind.TOP_UP, Usd.parse("4"), false, "r", "t");
        assertThat(found()).containsExactly("undrained redis, ledger 7.00");
        assertThat(unexplained()).isEqualTo(0L);
    }

    @Test
    void an_order_that_the_wallet_has_not_heard_of_is_named() {
        on.books.close();
        on.records.postings().keep(new Postings.Posting("t2", "w_1", "top_up", 5, false, "r", "t", now()));
        assertThat(found()).containsExactly("order_pending redis, ledger 0.00 t2");
        assertThat(unexplained()).isEqualTo(0L);
    }

    @Test
    void a_record_that_has_not_come_is_waited_for_and_then_not_explained_any_more() throws SQLException {
        on.place("x1");
        settled("x1", SampleExchange.CHARGE);
        on.books.drainNow();
        assertThat(found()).containsExactly("record_pending ledger, records 0.25 x1");
        assertThat(unexplained()).isEqualTo(0L);
        sql("UPDATE ledger_entry SET at_ms = at_ms - 3600000");
        assertThat(found()).containsExactly("unexplained ledger, records 0.25 x1");
        assertThat(unexplained()).isEqualTo(1L);
    }

    @Test
    void a_settlement_on_its_way_is_told_of_by_its_record() throws SQLException {
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x1"))));
        assertThat(found()).containsExactly("settlement_pending ledger, records -0.25 x1");
        assertThat(unexplained()).isEqualTo(0L);
        sql("UPDATE exchange SET finished_ms = finished_ms - 3600000");
        assertThat(found()).containsExactly("unexplained ledger, records -0.25 x1");
    }

    @Test
    void an_expired_hold_whose_gateway_is_away_is_told_of_as_that() throws SQLException {
        on.place("x1");
        long past = on.control.nowMs() - 1;
        on.raw(redis ->
                redis.hset("{s7}:x:x1", "acc", Long.toString(Usd.parse("0.05").nano())));
        on.raw(redis -> redis.zadd("{s7}:hx", (double) past, "x1"));
        assertThat(on.control.expire(7, new DueHold("x1", "o_1", "w_1", 1, past)))
                .isInstanceOf(SettleResult.Settled.class);
        on.books.drainNow();
        sql("UPDATE ledger_entry SET at_ms = at_ms - 3600000");
        assertThat(found()).containsExactly("expired ledger, records 0.05 x1");
        assertThat(unexplained()).isEqualTo(0L);
    }

    @Test
    void what_waits_for_a_person_is_told_of_with_what_the_ledger_took_all_the_same() {
        on.place("x1");
        settled("x1", Usd.parse("0.10"));
        on.books.drainNow();
        on.records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(on.at, "x1"))));
        on.records
                .suspense()
                .park(new Suspense.Parked(
                        "x1", "w_1", SampleExchange.CHARGE.nano(), "CONFLICT", now(), 0, true, "", false, "chat"));
        assertThat(found()).containsExactly("suspense ledger, records 0.10 x1");
        assertThat(unexplained()).isEqualTo(0L);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "bal,  5, 'unexplained redis, ledger 0.000000005 w_1'",
        "bal, -5, 'unexplained redis, ledger -0.000000005 w_1'",
        "seq,  1, 'unexplained ledger, ledger 0.00 w_1'",
        "seq, -1, 'unexplained ledger, ledger 0.00 w_1'",
    })
    void a_wallet_that_was_altered_is_not_explained_away(String field, long by, String difference) {
        on.raw(redis -> redis.hincrby("{s7}:w:w_1", field, by));
        assertThat(found()).containsExactly(difference);
        assertThat(unexplained()).isEqualTo(1L);
    }

    @Test
    void a_wallet_that_redis_does_not_have_and_a_charge_that_was_altered_are_not_explained_away() throws SQLException {
        on.books.close();
        sql("UPDATE exchange SET charge = charge - 7");
        on.raw(redis -> redis.del("{s7}:w:w_1"));
        assertThat(found())
                .containsExactly("unexplained redis, ledger -0.75 w_1", "unexplained ledger, records 0.000000007 x0");
    }

    @Test
    void money_that_was_put_in_behind_undrained_entries_is_the_rest() {
        on.treasury.order(on.wallet, "t2", EntryKind.TOP_UP, Usd.parse("3"), false, "r", "t");
        on.raw(redis -> redis.hincrby("{s7}:w:w_1", "bal", 9));
        assertThat(found())
                .containsExactly("undrained redis, ledger 3.00", "unexplained redis, ledger 0.000000009 w_1");
    }

    private Map<String, ?> reconciled() {
        return new Reconciliation(on.records, on.control, on.journal, Clock.systemUTC()).of(on.wallet);
    }

    private List<String> found() {
        return ((List<?>) java.util.Objects.requireNonNull(reconciled().get("differences")))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .map(each -> each.get("kind") + " " + each.get("between") + " " + each.get("amount")
                                + (each.get("about") == null ? "" : " " + each.get("about")))
                        .toList();
    }

    private Object unexplained() {
        return java.util.Objects.requireNonNull(reconciled().get("unexplained"));
    }

    private void settled(String id, Usd total) {
        assertThat(on.control.settle(new Settle(on.at, id, "print", total, false, "chat gpt-5")))
                .isInstanceOf(SettleResult.Settled.class);
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("records.db"));
                Statement updating = connection.createStatement()) {
            updating.execute(statement);
        }
    }
}
