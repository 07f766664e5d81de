package tollgate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;

/** The gateway alone. */
@Command(
        name = "serve",
        description = "Runs the gateway against the Redis and SQL of its configuration.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", required = true, description = "the configuration")
    private @Nullable Path configFile;

    @Option(names = "--json", description = "say what was started as one JSON object")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        TollgateConfig config = ConfigFile.read(Objects.requireNonNull(configFile), System.getenv());
        Serving.warn(config);
        List<String> keys = new ArrayList<>(config.adminKeys());
        if (keys.isEmpty()) {
            keys.add(FirstRun.adminKey(config.dataDir()));
        }
        Installation gateway = Serving.start(config, keys);
        String ready = ReadyFile.write(config.dataDir().resolve("ready.json"), gateway, null, keys.getFirst());
        System.out.println(
                json ? ready : "tollgate serves at " + gateway.baseUrl() + ", control plane at " + gateway.adminUrl());
        return Serving.untilStopped(gateway);
    }
}
