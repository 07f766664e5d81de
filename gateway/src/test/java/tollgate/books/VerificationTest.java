package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** Books that somebody has been at: whatever was altered, verify says so. */
@SuppressWarnings("NullAway.Init") // made before every test
class VerificationTest {
    private static final Usd CHARGE = Usd.parse("0.25");

    @TempDir
    Path folder;

    private RedisChild redis;
    private Records records;
    private ControlPort control;
    private Journal journal;
    private Books books;
    private Wallets.Wallet wallet;
    private WalletAddress at;

    @BeforeEach
    void a_wallet_with_two_exchanges_done_one_open_and_one_entry_not_drained() throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        records = Records.sqlite(folder.resolve("records.db"));
        ShardWatch watch = new ShardWatch();
        control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        journal = Journal.open(
                folder.resolve("journal"), JournalSettings.DEFAULTS, List.<Executor>of(Runnable::run, Runnable::run));
        records.organisations().named("acme", "o_1", 7, 1);
        records.wallets().add("w_1", "o_1", "main", true, "t", 1);
        wallet = records.wallets().find("w_1").orElseThrow();
        at = Treasury.address(wallet);
        books = new Books(
                records,
                "here",
                control,
                watch,
                journal,
                1,
                new Treasury(records, control, Clock.systemUTC()),
                () -> {},
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                false,
                Telemetry.NONE,
                Clock.systemUTC());
        books.start();
        topUp("t1");
        for (String exchange : List.of("x1", "x2")) {
            place(exchange);
            assertThat(control.settle(new Settle(at, exchange, "print", CHARGE, false, "chat gpt-5")))
                    .isInstanceOf(SettleResult.Settled.class);
            records.exchanges().add(List.of(record(exchange)));
        }
        topUp("t2");
        books.drainNow();
        topUp("t3");
        place("x3");
        assertThat(problems()).isEmpty();
    }

    @AfterEach
    void stop() {
        books.close();
        journal.close();
        control.close();
        records.close();
        redis.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the last row deleted,                  DELETE FROM ledger_entry WHERE entry = 't2'",
        "a row in the middle deleted,           DELETE FROM ledger_entry WHERE entry = 'x1'",
        "an amount altered,                     UPDATE ledger_entry SET amount = amount + 1 WHERE entry = 'x2'",
        "a balance altered,                     UPDATE ledger_entry SET balance = balance + 1 WHERE entry = 'x2'",
        "two exchanges swapped in the ledger,   UPDATE ledger_entry SET exchange = 'x9' WHERE entry = 'x2'",
        "a usage record deleted,                DELETE FROM exchange WHERE id = 'x1'",
        "a charge altered,                      UPDATE exchange SET charge = charge + 7 WHERE id = 'x1'",
        "two charges altered that add up,       UPDATE exchange SET charge = charge + 14 * (id = 'x1') - 7",
        "a charge that the ledger never had,    UPDATE exchange SET id = 'x9' WHERE id = 'x1'",
        "a kind that has no other side,         UPDATE ledger_entry SET kind = 'gift' WHERE entry = 't1'",
        "a freeze that Redis does not know,     UPDATE wallet SET state = 'frozen' WHERE id = 'w_1'",
    })
    void altered_books_are_told_of(String what, String statement) throws SQLException {
        // as long ago as it takes to be sure that nothing of it is under way
        sql("UPDATE ledger_entry SET at_ms = at_ms - 3600000");
        sql("UPDATE exchange SET finished_ms = finished_ms - 3600000");
        if (!statement.contains("UPDATE wallet")) {
            assertThat(problems()).isEmpty();
        } else {
            books.drainNow();
        }
        sql(statement);
        assertThat(problems()).as(what).isNotEmpty();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"bal, 5000000000", "bal, -1", "held, 5", "held, -5", "seq, 1", "seq, -1"})
    void an_altered_wallet_is_told_of(String field, long by) {
        raw(redis -> redis.hincrby("{s7}:w:w_1", field, by));
        assertThat(problems()).isNotEmpty();
    }

    @Test
    void money_put_in_behind_a_raised_number_is_told_of() {
        raw(redis -> redis.hincrby("{s7}:w:w_1", "bal", 5_000_000_000L));
        raw(redis -> redis.hincrby("{s7}:w:w_1", "seq", 1));
        assertThat(problems()).isNotEmpty();
    }

    @Test
    void an_entry_taken_out_of_the_stream_stops_the_drain_and_is_told_of_everywhere() {
        String second = raw(redis -> redis.xrevrange("{s7}:l", Range.unbounded(), Limit.from(1)))
                .getFirst()
                .getId();
        topUp("t4");
        raw(redis -> redis.xdel("{s7}:l", second));
        books.drainNow();
        assertThat(problems()).isNotEmpty();
        assertThat(books.notReady()).contains("does not continue");
    }

    private List<?> problems() {
        return (List<?>) String.valueOf(new Verification(records, control, books, journal, Clock.systemUTC())
                        .run()
                        .get("problems"))
                .transform(text -> text.equals("[]") ? List.of() : List.of(text));
    }

    private void topUp(String entry) {
        assertThat(new Treasury(records, control, Clock.systemUTC())
                        .order(wallet, entry, EntryKind.TOP_UP, Usd.parse("1"), false, "r", "t"))
                .isInstanceOf(Treasury.Outcome.Booked.class);
    }

    private void place(String exchange) {
        Usd held = Usd.parse("0.50");
        assertThat(control.place(new Place(
                        at,
                        exchange,
                        1,
                        held,
                        held,
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        Usd.ZERO,
                        0,
                        "v",
                        "USD",
                        false)))
                .isInstanceOf(PlaceResult.Placed.class);
    }

    private static Exchanges.Exchange record(String exchange) {
        long now = System.currentTimeMillis();
        return new Exchanges.Exchange(
                exchange,
                "w_1",
                "k_1",
                true,
                "chat",
                "gpt-5",
                "gpt-5",
                "complete",
                "wallet",
                false,
                CHARGE.nano(),
                CHARGE.nano(),
                200,
                now,
                now,
                "print",
                "{}",
                false,
                null);
    }

    private <T> T raw(Function<RedisCommands<String, String>, T> asked) {
        try (RedisClient client = RedisClient.create(redis.url());
                var connection = client.connect()) {
            return asked.apply(connection.sync());
        }
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("records.db"));
                Statement running = connection.createStatement()) {
            assertThat(running.executeUpdate(statement)).isPositive();
        }
    }
}
