package tollgate.books;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.embedded.DataDirectory;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;

/**
 * What recovers of a gateway that one process ran before: its data directory, its Redis and its SQL, without listeners. As
 * a program it recovers and is killed behind a step. Production has nothing for that: the steps are log lines, and here
 * what appends them halts the process.
 */
final class RecoveringBooks implements AutoCloseable {
    /** How the program ends where it came to the step. */
    static final int KILLED = 77;

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
        books.start();
        long since = System.nanoTime();
        while (books.notReady() != null && System.nanoTime() - since < SOON.toNanos()) {
            books.openNow();
        }
        return books.notReady() == null;
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

    /** Arguments: folder, Redis, whether an emptied one is filled, a step, and behind which passage of it to be killed. */
    public static void main(String... args) throws IOException {
        killedBehind(RecoveryStep.valueOf(args[3]), Integer.parseInt(args[4]));
        try (RecoveringBooks recovering =
                new RecoveringBooks(Path.of(args[0]), args[1], Boolean.parseBoolean(args[2]))) {
            System.exit(recovering.recovered() ? 0 : 1);
        }
    }

    /** Ends this process at once, without a word to anybody, when a step has been passed so often. */
    private static void killedBehind(RecoveryStep step, int passage) {
        AtomicInteger passed = new AtomicInteger();
        AppenderBase<ILoggingEvent> killer = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent said) {
                if (said.getArgumentArray()[0] == step && passed.incrementAndGet() == passage) {
                    Runtime.getRuntime().halt(KILLED);
                }
            }
        };
        killer.start();
        Logger steps = (Logger) LoggerFactory.getLogger(RecoveryStep.class);
        steps.setLevel(Level.DEBUG);
        steps.addAppender(killer);
    }
}
