package tollgate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;
import tollgate.doctor.Finding;
import tollgate.doctor.Finding.Verdict;
import tollgate.doctor.FolderDoctor;
import tollgate.doctor.RecordsDoctor;
import tollgate.doctor.RedisDoctor;
import tollgate.doctor.UpstreamDoctor;
import tollgate.wallet.RedisAddress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whether a configuration would serve, and lose no money. Needs no gateway, and changes nothing. */
@Command(
        name = "doctor",
        description =
                "Looks at configuration, data directory, Redis, SQL and providers. Exit code 1: something failed.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "the configuration; default: the defaults of up")
    private @Nullable Path configFile;

    @Option(names = "--data", paramLabel = "DIR", description = "the data directory, where it is another")
    private @Nullable Path data;

    @Option(names = "--json", description = "as one JSON object")
    private boolean json;

    private final List<Finding> findings = new ArrayList<>();

    @Override
    public Integer call() {
        TollgateConfig config = configFile == null
                ? ConfigFile.defaults(System.getenv())
                : ConfigFile.read(configFile, System.getenv());
        Path folder = data == null ? config.dataDir() : data;
        configuration(config);
        findings.addAll(FolderDoctor.look(folder));
        redis(config, folder);
        findings.addAll(
                config.recordsUrl().equals(TollgateConfig.EMBEDDED)
                        ? RecordsDoctor.sqlite(folder.resolve("records.db"))
                        : RecordsDoctor.jdbc(config.recordsUrl()));
        config.upstreams().forEach(each -> findings.add(UpstreamDoctor.look(each.name(), each.baseUrl(), PATIENCE)));
        boolean well = findings.stream().noneMatch(finding -> finding.verdict() == Verdict.FAILED);
        print(well);
        return well ? 0 : 1;
    }

    private void configuration(TollgateConfig config) {
        int cards = config.prices().book().cards().size();
        findings.add(new Finding(
                "config",
                Verdict.OK,
                (configFile == null ? "defaults" : configFile) + ": "
                        + config.upstreams().size() + " upstreams, " + cards + " rate cards"));
        config.warnings().forEach(warning -> findings.add(new Finding("config", Verdict.WARNING, warning)));
    }

    private void redis(TollgateConfig config, Path folder) {
        String url = config.redis().url();
        if (!url.equals(TollgateConfig.EMBEDDED)) {
            findings.addAll(RedisDoctor.look(
                    RedisKeeper.address(config.redis()), config.redis().waitAof(), Clock.systemUTC()));
            return;
        }
        Path ready = folder.resolve("ready.json");
        if (!Files.exists(ready)) {
            findings.add(new Finding("redis", Verdict.OK, "a child of the gateway, not running"));
            return;
        }
        JsonNode running = JsonMapper.builder().build().readTree(ready);
        boolean alive = ProcessHandle.of(running.path("redis_pid").asLong(0))
                .map(ProcessHandle::isAlive)
                .orElse(false);
        if (alive) {
            findings.addAll(RedisDoctor.look(
                    RedisAddress.parse(running.path("redis_url").asString("")),
                    config.redis().waitAof(),
                    Clock.systemUTC()));
        } else {
            findings.add(new Finding("redis", Verdict.OK, "a child of the gateway, not running"));
        }
    }

    private void print(boolean well) {
        if (json) {
            List<Map<String, String>> rows = new ArrayList<>();
            for (Finding finding : findings) {
                Map<String, String> row = new LinkedHashMap<>();
                row.put("area", finding.area());
                row.put("verdict", word(finding.verdict()));
                row.put("message", finding.message());
                rows.add(row);
            }
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("well", well);
            answer.put("findings", rows);
            spec.commandLine().getOut().println(JsonMapper.builder().build().writeValueAsString(answer));
            return;
        }
        for (Finding finding : findings) {
            spec.commandLine()
                    .getOut()
                    .printf("%-8s %-9s %s%n", word(finding.verdict()), finding.area(), finding.message());
        }
    }

    private static String word(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }
}
