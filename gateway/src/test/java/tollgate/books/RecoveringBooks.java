package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tollgate.Telemetry;
import tollgate.embedded.DataDirectory;
import tollgate.embedded.RedisProcess;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;

/**
 * What recovers of a gateway that one process ran before: its data directory, its Redis and its SQL, without listeners. As
 * a program it recovers and is killed behind a step.
 */
final class RecoveringBooks implements AutoCloseable {
    private static final Executor HERE = Runnable::run;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final DataDirectory data;
    final Records records;
    final ControlPort control;
    private final Journal journal;
    private final Books books;

    /**
     * Opens what is in a folder.
     *
     * @param restores whether a Redis that has nothing is filled from SQL
     */
    RecoveringBooks(Path folder, String redis, boolean restores) throws IOException {
        data = DataDirectory.lock(folder.resolve("data"));
        records = Records.sqlite(folder.resolve("books.db"));
        journal = Journal.open(data.path().resolve("journal"), JournalSettings.DEFAULTS, List.of(HERE, HERE));
        RecoveryStep.JOURNAL_READ.taken();
        ShardWatch watch = new ShardWatch();
        control = ControlPort.connect(redis, watch, Usd.parse("10"));
        RecoveryStep.REDIS_CHECKED.taken();
        books = new Books(
                records,
                data.place(),
                control,
                watch,
                journal,
                1,
                new Treasury(records, control, Clock.systemUTC()),
                () -> {},
                Duration.ofMillis(50),
                Duration.ofSeconds(60),
                restores,
                Telemetry.NONE,
                Clock.systemUTC());
    }

    /** Recovers until every shard is open; says whether that came to pass. */
    boolean recovered() throws IOException {
        return opened() == null;
    }

    /** Recovers until every shard is open, or a person has to fill Redis; why not all are open, null where they are. */
    @Nullable
    String opened() throws IOException {
        books.start();
        long since = System.nanoTime();
        String why = books.notReady();
        while (why != null && !why.contains("EMPTIED") && System.nanoTime() - since < SOON.toNanos()) {
            books.openNow();
            why = books.notReady();
        }
        return why;
    }

    Verification verification() {
        return new Verification(records, control, books, journal, Clock.systemUTC());
    }

    @Override
    public void close() throws IOException {
        books.close();
        control.close();
        journal.close();
        records.close();
        data.close();
    }

    /** Recovers undisturbed; what each wallet has and each exchange took, once all books agree and nothing is held. */
    static Map<String, Usd> exact(Path copy, RedisProcess redis, boolean restores) throws IOException {
        try (RecoveringBooks books = new RecoveringBooks(copy, ReturningRedis.url(redis), restores)) {
            assertThat(books.recovered()).isTrue();
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                Map<String, ?> verified = books.verification().run();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
            });
            Map<String, Usd> money = new TreeMap<>();
            for (Wallets.Wallet wallet : books.records.wallets().list("", 100).data()) {
                var state = books.control.wallet(Treasury.address(wallet)).orElseThrow();
                assertThat(state.held()).as("held of " + wallet.id()).isEqualTo(Usd.ZERO);
                assertThat(state.state()).isEqualTo(wallet.state());
                money.put(wallet.id(), state.balance());
                List<Ledger.Entry> entries = books.records.ledger().ofWallet(wallet.id(), 0, 10_000);
                entries.stream()
                        .filter(entry -> !entry.exchange().isEmpty())
                        .forEach(entry ->
                                money.merge(entry.exchange(), Usd.ZERO.minus(new Usd(entry.amount())), Usd::plus));
                entries.stream()
                        .filter(entry ->
                                entry.exchange().isEmpty() && !entry.kind().equals("grant_expiry"))
                        .forEach(entry -> assertThat(money.put(entry.entry(), new Usd(entry.amount())))
                                .as("booked once: " + entry)
                                .isNull());
            }
            charges(books, money);
            return money;
        }
    }

    /** Of every exchange the record says what the ledger took. */
    private static void charges(RecoveringBooks books, Map<String, Usd> money) {
        for (Wallets.Wallet wallet : books.records.wallets().list("", 100).data()) {
            books.records
                    .exchanges()
                    .last(wallet.id(), 1_000)
                    .forEach(each -> assertThat(Objects.requireNonNullElse(money.get(each.id()), Usd.ZERO))
                            .as("charge of " + each.id())
                            .isEqualTo(new Usd(each.charge())));
        }
    }

    /** Arguments: folder, Redis, whether an emptied one is filled, a step, and behind which passage of it to be killed. */
    public static void main(String... args) throws IOException {
        KilledBehind.step(RecoveryStep.valueOf(args[3]), Integer.parseInt(args[4]));
        try (RecoveringBooks recovering =
                new RecoveringBooks(Path.of(args[0]), args[1], Boolean.parseBoolean(args[2]))) {
            System.exit(recovering.recovered() ? 0 : 1);
        }
    }
}
