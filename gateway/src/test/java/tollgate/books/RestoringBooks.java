package tollgate.books;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import tollgate.embedded.DataDirectory;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;

/** {@code tollgate restore} on the data directory, SQL and Redis of a dead gateway. As a program it is killed behind a step. */
final class RestoringBooks {
    private RestoringBooks() {}

    /** Brings Redis to where SQL is. */
    static List<Restoration.Outcome> run(Path folder, String redis) throws IOException {
        try (DataDirectory _ = DataDirectory.lock(folder.resolve("data"));
                Records records = Records.sqlite(folder.resolve("books.db"));
                ControlPort control = ControlPort.connect(redis, new ShardWatch(), Usd.parse("10"))) {
            return new Restoration(records, control, new ShardWatch(), Clock.systemUTC()).run();
        }
    }

    /** Arguments: folder, Redis, a step, and behind which passage of it to be killed. */
    public static void main(String... args) throws IOException {
        KilledBehind.step(RecoveryStep.valueOf(args[2]), Integer.parseInt(args[3]));
        System.exit(run(Path.of(args[0]), args[1]).stream().allMatch(each -> each.why() == null) ? 0 : 1);
    }
}
