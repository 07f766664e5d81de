package tollgate.books;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.journal.Reservation;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** Real Redis, SQLite and journal files with one wallet in shard 7, and whatever books a test opens over them. */
final class BooksUnderTest implements AutoCloseable {
    private static final Executor HERE = Runnable::run;

    final RedisChild redis;
    final Records records;
    final ShardWatch watch = new ShardWatch();
    final ControlPort control;
    final Treasury treasury;
    final WalletAddress at;
    final Wallets.Wallet wallet;
    Journal journal;
    Books books;
    private final Path folder;
    private final RedisClient client;

    BooksUnderTest(Path folder, String balance, Duration drainAfter) throws IOException {
        this.folder = folder;
        redis = RedisChild.start(folder.resolve("redis"));
        records = Records.sqlite(folder.resolve("records.db"));
        control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        client = RedisClient.create(redis.url());
        treasury = new Treasury(records, control, Clock.systemUTC());
        records.organisations().named("acme", "o_1", 7, 1);
        records.wallets().add("w_1", "o_1", "main", true, "t", 1);
        wallet = records.wallets().find("w_1").orElseThrow();
        at = Treasury.address(wallet);
        journal = openJournal();
        books = open(drainAfter);
        books.start();
        treasury.order(wallet, "t1", EntryKind.TOP_UP, Usd.parse(balance), false, "r", "t");
    }

    private Journal openJournal() throws IOException {
        return Journal.open(folder.resolve("journal"), JournalSettings.DEFAULTS, List.of(HERE, HERE));
    }

    private Books open(Duration drainAfter) {
        return new Books(
                records,
                "here",
                control,
                watch,
                journal,
                1,
                treasury,
                () -> {},
                drainAfter,
                Duration.ofSeconds(60),
                true,
                Telemetry.NONE,
                Clock.systemUTC());
    }

    /** The journal's process is gone; another run takes over. */
    void restart(Duration drainAfter) throws IOException {
        books.close();
        journal = openJournal();
        watch.close(7, "restart");
        books = open(drainAfter);
        books.start();
    }

    Verification verification() {
        return new Verification(records, control, books, journal, Clock.systemUTC());
    }

    SuspenseDesk desk() {
        return new SuspenseDesk(records, control, Clock.systemUTC());
    }

    void place(String id) {
        PlaceResult placed = control.place(new Place(
                at,
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
                false));
        if (!(placed instanceof PlaceResult.Placed)) {
            throw new AssertionError("not placed: " + placed);
        }
    }

    /** An exchange that is placed and has its meter slot. */
    Reservation exchange(String id) {
        place(id);
        Reservation open = Objects.requireNonNull(journal.loop(0).reserve());
        open.open(SampleExchange.facts(at, id));
        return open;
    }

    /** An exchange that is placed, and settled in the journal alone. */
    void journalled(String id) {
        Reservation open = exchange(id);
        open.left();
        open.settle(SampleExchange.entry(at, id), () -> {});
        open.close();
    }

    Usd balance() {
        return control.wallet(at).orElseThrow().balance();
    }

    Usd held() {
        return control.wallet(at).orElseThrow().held();
    }

    List<String> kinds() {
        return records.ledger().ofWallet("w_1", 0, 100).stream()
                .map(each -> each.kind())
                .toList();
    }

    <T> T raw(Function<RedisCommands<String, String>, T> asked) {
        try (var connection = client.connect()) {
            return asked.apply(connection.sync());
        }
    }

    @Override
    public void close() {
        books.close();
        journal.close();
        client.close();
        control.close();
        records.close();
        redis.close();
    }
}
