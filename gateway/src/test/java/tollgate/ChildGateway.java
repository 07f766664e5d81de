package tollgate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;
import tollgate.records.Records;

/** A gateway as a process of its own, on books that others share: for tests that kill it. */
final class ChildGateway {
    private ChildGateway() {}

    /** Arguments: a configuration, and the books: a JDBC address or the path of a SQLite file. */
    public static void main(String... args) throws IOException {
        TollgateConfig config = ConfigFile.read(Path.of(args[0]), Map.of());
        Installation gateway = Installation.start(
                config,
                1,
                List.of(TestGateway.ADMIN_KEY),
                50,
                own -> args[1].startsWith("jdbc:") ? Records.jdbc(args[1]) : Records.sqlite(Path.of(args[1])));
        ReadyFile.write(config.dataDir().resolve("ready.json"), gateway, null, TestGateway.ADMIN_KEY);
        System.exit(Serving.untilStopped(gateway));
    }
}
