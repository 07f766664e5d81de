package tollgate;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tollgate.books.Restoration;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;
import tollgate.embedded.DataDirectory;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardWatch;
import tools.jackson.databind.json.JsonMapper;

/** Fills a Redis that lost everything from SQL. Every gateway is stopped; what is there already stays. */
@Command(
        name = "restore",
        description =
                "Rebuilds wallets, exchanges and caps in an emptied Redis from SQL. Every gateway has to be stopped.",
        mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "the configuration of serve")
    private @Nullable Path configFile;

    @Option(names = "--json", description = "as one JSON array")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        TollgateConfig config = ConfigFile.read(Objects.requireNonNull(configFile), System.getenv());
        if (config.redis().url().equals(TollgateConfig.EMBEDDED)) {
            throw new IOException("redis.url: embedded (expected: an address: the gateway fills its own Redis itself)");
        }
        List<Restoration.Outcome> outcomes;
        try (DataDirectory data = DataDirectory.lock(config.dataDir());
                Records records = config.recordsUrl().equals(TollgateConfig.EMBEDDED)
                        ? Records.sqlite(data.path().resolve("records.db"))
                        : Records.jdbc(config.recordsUrl());
                ControlPort control = ControlPort.connect(
                        RedisKeeper.address(config.redis()),
                        new ShardWatch(),
                        config.holds().maxOverrun(),
                        config.redis().waitAof())) {
            RedisKeeper.check(control, config.redis().allowUnsafe());
            outcomes = new Restoration(records, control, new ShardWatch(), Clock.systemUTC()).run();
        }
        print(outcomes);
        return outcomes.stream().allMatch(outcome -> outcome.why() == null) ? 0 : 1;
    }

    private void print(List<Restoration.Outcome> outcomes) {
        if (json) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            for (Restoration.Outcome outcome : outcomes) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                row.put("shard", outcome.shard());
                row.put("entries", outcome.entries());
                row.put("problem", outcome.why());
                rows.add(row);
            }
            spec.commandLine().getOut().println(JsonMapper.builder().build().writeValueAsString(rows));
            return;
        }
        for (Restoration.Outcome outcome : outcomes) {
            if (outcome.why() == null) {
                spec.commandLine()
                        .getOut()
                        .println("shard " + outcome.shard() + ": " + outcome.entries() + " entries, as in SQL");
            } else {
                spec.commandLine().getErr().println("shard " + outcome.shard() + ": " + outcome.why());
            }
        }
    }
}
