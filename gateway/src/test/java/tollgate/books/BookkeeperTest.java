package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.Breadth;
import tollgate.TestBooks;
import tollgate.embedded.RedisChild;
import tollgate.pricing.Usd;
import tollgate.records.Keys;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;

/** Months that add up, and what is said of those that somebody has been at. */
@ParameterizedClass(name = "{0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // made before every test
class BookkeeperTest {
    private static final ZoneId ZONE = ZoneId.of("Pacific/Auckland");
    private static final YearMonth JANUARY = YearMonth.of(2026, 1);
    private static final long DOLLAR = 1_000_000_000;

    @Parameter
    TestBooks kind = TestBooks.SQLITE;

    @TempDir
    Path folder;

    private RedisChild redis;
    private ControlPort control;
    private Records records;
    private BookedEntries books;
    private Wallets.Wallet wallet;
    private Bookkeeper bookkeeper;

    @BeforeParameterizedClassInvocation
    static void ask(TestBooks kind) {
        kind.assumeHere();
    }

    @BeforeEach
    void open() throws IOException, SQLException {
        redis = RedisChild.start(folder.resolve("redis"));
        control = ControlPort.connect(redis.url(), new ShardWatch(), Usd.parse("10"));
        String address = kind.address(folder);
        records = TestBooks.open(address);
        records.organisations().named("acme", "o_1", 7, 1);
        for (String id : List.of("w_1", "w_2")) {
            records.wallets().add(id, "o_1", id, true, "t", 1);
        }
        records.projects().add(new tollgate.records.Projects.Project("p_1", "o_1", null, "p", 1));
        records.keys().add(new Keys.NewKey("k_1", "h1", "d", "n", "w_1", null, null, List.of(), 1, null));
        records.keys().add(new Keys.NewKey("k_2", "h2", "d", "n", "w_1", null, "p_1", List.of(), 1, null));
        wallet = records.wallets().find("w_1").orElseThrow();
        books = new BookedEntries(address);
        bookkeeper = new Bookkeeper(records, control, Clock.systemUTC());
    }

    @AfterEach
    void close() throws SQLException {
        books.close();
        records.close();
        control.close();
        redis.close();
    }

    private static long at(String local) {
        return LocalDateTime.parse(local).atZone(ZONE).toInstant().toEpochMilli();
    }

    /** A wallet of three months, whose January has something of everything. */
    private void threeMonths() throws SQLException {
        books.moved("w_1", "open", 0, at("2025-12-30T12:00:00"));
        books.moved("w_1", "top_up", 10 * DOLLAR, at("2025-12-31T23:59:59.999"));
        books.charged("w_1", "x1", "small", "k_1", DOLLAR, at("2025-12-31T23:59:59"), at("2026-01-01T00:00:00"));
        books.moved("w_1", "grant", 5 * DOLLAR, at("2026-01-15T08:00:00"));
        books.charged("w_1", "x2", "large", "k_2", 2 * DOLLAR, at("2026-01-15T08:00:01"), at("2026-01-15T08:00:02"));
        books.moved("w_1", "adjust", -DOLLAR / 2, at("2026-01-15T09:00:00"));
        books.moved("w_1", "refund", DOLLAR / 4, at("2026-01-16T00:00:00"));
        books.add("w_1", "x3:e", "expiry", "x3", -3, at("2026-01-20T00:00:00"));
        books.charged("w_1", "x4", "small", "k_1", 1, at("2026-01-31T23:59:58"), at("2026-01-31T23:59:59.999"));
        books.charged("w_1", "x5", "small", "k_1", DOLLAR, at("2026-01-31T23:59:59"), at("2026-02-01T00:00:00"));
        books.moved("w_2", "top_up", 77 * DOLLAR, at("2026-01-10T00:00:00"));
        books.charged("w_2", "y1", "small", "k_1", DOLLAR, at("2026-01-10T01:00:00"), at("2026-01-10T01:00:01"));
        books.kept();
    }

    @Test
    void a_month_of_the_organizations_calendar_has_all_that_was_booked_in_it_once() throws Exception {
        threeMonths();
        Statement january = bookkeeper.statement(wallet, JANUARY, ZONE);
        assertThat(january.opening()).isEqualTo(10 * DOLLAR);
        assertThat(january.moved())
                .isEqualTo(Map.of(
                        "grant", new Statement.Sum(1, 5 * DOLLAR),
                        "adjust", new Statement.Sum(1, -DOLLAR / 2),
                        "refund", new Statement.Sum(1, DOLLAR / 4)));
        assertThat(january.charged()).isEqualTo(new Statement.Sum(3, -3 * DOLLAR - 4));
        assertThat(january.days().toString())
                .isEqualTo("{2026-01-01=Sum[count=1, amount=-1000000000], 2026-01-15=Sum[count=1, amount=-2000000000],"
                        + " 2026-01-20=Sum[count=0, amount=-3], 2026-01-31=Sum[count=1, amount=-1]}");
        assertThat(january.models())
                .isEqualTo(Map.of(
                        "small", new Statement.Sum(2, -DOLLAR - 1),
                        "large", new Statement.Sum(1, -2 * DOLLAR),
                        "unrecorded", new Statement.Sum(0, -3)));
        assertThat(january.projects())
                .isEqualTo(Map.of("p_1", new Statement.Sum(1, -2 * DOLLAR), "none", new Statement.Sum(2, -DOLLAR - 4)));
        assertThat(january.keys().keySet()).containsExactly("k_1", "k_2", "unknown");
        assertThat(january.closing()).isEqualTo(11 * DOLLAR + 3 * DOLLAR / 4 - 4);
        assertThat(january.before().count()).isEqualTo(1);
        assertThat(january.before().some().getFirst().exchange()).isEqualTo("x1");
        assertThat(january.before().amount()).isEqualTo(-DOLLAR);
        assertThat(january.after().some().getFirst().exchange()).isEqualTo("x5");
        assertThat(january.complete()).as("something later is in SQL already").isTrue();

        Statement december = bookkeeper.statement(wallet, JANUARY.minusMonths(1), ZONE);
        Statement february = bookkeeper.statement(wallet, JANUARY.plusMonths(1), ZONE);
        assertThat(december.closing()).isEqualTo(january.opening());
        assertThat(february.opening()).isEqualTo(january.closing());
        assertThat(december.after().some()).isEqualTo(january.before().some());
        assertThat(february.before().some()).isEqualTo(january.after().some());
        assertThat(february.complete()).as("nobody knows what Redis has").isFalse();
        Statement nothing = bookkeeper.statement(wallet, JANUARY.minusYears(1), ZONE);
        assertThat(nothing.opening()).isZero();
        assertThat(nothing.closing()).isZero();
        Statement later = bookkeeper.statement(wallet, JANUARY.plusMonths(4), ZONE);
        assertThat(later.opening()).isEqualTo(february.closing()).isEqualTo(later.closing());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "an amount altered             | UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 'grant' | opening balance",
                "a charge of the ledger        | UPDATE ledger_entry SET amount = amount - 1 WHERE entry = 'x2'   | exchange x2",
                "two amounts that cancel out   | UPDATE ledger_entry SET amount = amount + (CASE kind WHEN 'grant' THEN 1 ELSE -1 END) WHERE kind = 'grant' OR entry = 'x2' | exchange x2",
                "the last balance altered      | UPDATE ledger_entry SET balance = balance + 1 WHERE entry = 'x4' | closing balance",
                "the balance before altered    | UPDATE ledger_entry SET balance = balance + 1 WHERE kind = 'top_up' AND wallet = 'w_1' | opening balance",
                "an entry deleted              | DELETE FROM ledger_entry WHERE kind = 'refund'                    | entries are kept",
                "the last entry before deleted | DELETE FROM ledger_entry WHERE kind = 'top_up' AND wallet = 'w_1' | entries are kept",
                "an entry of another month     | UPDATE ledger_entry SET wallet = 'w_9' WHERE kind = 'adjust'      | entries are kept",
                "a usage record altered        | UPDATE exchange SET charge = charge + 1 WHERE id = 'x1'           | exchange x1 took 1.00 USD (expected: 1.000000001",
                "a usage record twice          | UPDATE exchange SET id = 'x3', charge = 4 WHERE id = 'y1'         | exchange x3 took 0.000000003",
            })
    void a_month_that_somebody_was_at_is_refused(String story, String sql, String why) throws Exception {
        threeMonths();
        bookkeeper.statement(wallet, JANUARY, ZONE);
        books.alter(sql);
        assertThatThrownBy(() -> bookkeeper.statement(wallet, JANUARY, ZONE))
                .as(story)
                .isInstanceOf(Statement.DoesNotAddUp.class)
                .hasMessageContaining("w_1: 2026-01: ")
                .hasMessageContaining(why)
                .hasMessageContaining("(expected: ");
    }

    @Test
    void where_a_clock_went_back_every_entry_is_in_one_month_all_the_same() throws Exception {
        books.moved("w_1", "top_up", 10 * DOLLAR, at("2026-01-31T23:59:50"));
        books.charged("w_1", "x1", "small", "k_1", 1, at("2026-02-01T00:00:05"), at("2026-02-01T00:00:05"));
        books.charged("w_1", "x2", "small", "k_1", 2, at("2026-01-31T23:59:55"), at("2026-01-31T23:59:55"));
        books.charged("w_1", "x3", "small", "k_1", 4, at("2026-02-01T00:00:06"), at("2026-02-01T00:00:06"));
        books.kept();
        Statement january = bookkeeper.statement(wallet, JANUARY, ZONE);
        Statement february = bookkeeper.statement(wallet, JANUARY.plusMonths(1), ZONE);
        assertThat(january.closing()).isEqualTo(february.opening());
        assertThat(january.charged().amount() + february.charged().amount()).isEqualTo(-7);
        assertThat(january.charged().amount()).isEqualTo(-3);
        assertThat(bookkeeper.statement(wallet, JANUARY.plusMonths(2), ZONE).opening())
                .isEqualTo(february.closing());
    }

    @Test
    void a_months_entries_are_added_up_without_being_loaded() throws Exception {
        int entries = Breadth.full() ? 1_000_000 : 40_000;
        long start = at("2026-01-01T00:00:00");
        long step = (at("2026-02-01T00:00:00") - start) / (entries + 1);
        books.moved("w_1", "top_up", 9_000 * DOLLAR, start);
        for (int i = 1; i < entries; i++) {
            long ms = start + i * step;
            books.charged("w_1", "x" + i, "model-" + i % 20, "k_" + (1 + i % 2), 1_000 + i, ms - 3_000, ms);
        }
        books.kept();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        bookkeeper.statement(wallet, JANUARY.minusMonths(1), ZONE);
        long before = threads.getCurrentThreadAllocatedBytes();
        long since = System.nanoTime();
        Statement january = bookkeeper.statement(wallet, JANUARY, ZONE);
        long ms = (System.nanoTime() - since) / 1_000_000;
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        System.out.println(
                kind + ": a statement of " + entries + " entries: " + ms + " ms, " + bytes / 1024 + " KiB allocated");
        assertThat(january.charged().count()).isEqualTo(entries - 1);
        assertThat(january.models()).hasSize(20);
        assertThat(bytes).as("bytes allocated for %s entries", entries).isLessThan(16 << 20);
    }
}
