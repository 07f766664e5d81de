package tollgate.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cap}. */
@Command(name = "cap", description = "Lists, sets and removes caps and limits.", mixinStandardHelpOptions = true)
public final class CapCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** How much, and of what. */
    static final class Limit {
        @Option(names = "--usd", required = true, paramLabel = "X", description = "US dollars, such as 500.00; 0: none")
        private @Nullable String usd;

        @Option(names = "--tokens", required = true, paramLabel = "N", description = "tokens of every class; 0: none")
        private @Nullable Long tokens;

        @Option(names = "--requests", required = true, paramLabel = "N", description = "requests; 0: none")
        private @Nullable Long requests;

        @Option(
                names = "--concurrent",
                required = true,
                paramLabel = "N",
                description = "requests open at once, whatever --per says; 0: none")
        private @Nullable Long concurrent;

        @Option(
                names = "--rate",
                required = true,
                paramLabel = "N",
                description = "requests at a rate: N at once, each free again after its share of --per; 0: none")
        private @Nullable Long rate;

        @Option(
                names = "--token-rate",
                required = true,
                paramLabel = "N",
                description = "tokens at a rate: in any --per; a request for more than N counts as N; 0: none")
        private @Nullable Long tokenRate;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "cap: a command is needed");
    }

    @Command(name = "list", description = "all caps in force", mixinStandardHelpOptions = true)
    int list(
            @CommandLine.Mixin AdminCommands.Common common,
            @Option(names = "--org", description = "of this organization only") @Nullable String organization)
            throws IOException {
        String path = organization == null ? "caps" : "caps?organization=" + AdminClient.encoded(organization);
        Printer.list(
                spec.commandLine().getOut(),
                common.client().all(path),
                common.json,
                "id",
                "scope",
                "unit",
                "limit",
                "per",
                "rolling",
                "service",
                "model");
        return 0;
    }

    @Command(
            name = "set",
            description =
                    "sets a cap; for the same scope, period, unit, service and model it is the same with another limit",
            mixinStandardHelpOptions = true)
    int set(
            @CommandLine.Mixin AdminCommands.Common common,
            @Option(
                            names = "--scope",
                            required = true,
                            description = "key:K, each-member:TEAM, member:M, project:P, team:T, wallet:W or org:O")
                    String scope,
            @Option(
                            names = "--per",
                            description = "minute, hour, day, week, month or lifetime; not needed with --concurrent")
                    @Nullable
                    String per,
            @Option(names = "--rolling", description = "the last so long instead of the calendar's") boolean rolling,
            @ArgGroup(multiplicity = "1") Limit limit,
            @Option(names = "--service", description = "only this kind of work, such as chat") @Nullable String service,
            @Option(names = "--model", description = "only a model or pattern") @Nullable String model)
            throws IOException {
        if (per == null && limit.concurrent == null) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--per=<per>'");
        }
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("scope", scope);
        body.put("per", per);
        body.put("rolling", rolling);
        body.put("usd", limit.usd);
        body.put("tokens", limit.tokens);
        body.put("requests", limit.requests);
        body.put("concurrent", limit.concurrent);
        body.put("rate", limit.rate);
        body.put("token_rate", limit.tokenRate);
        body.put("service", service);
        body.put("model", model);
        Printer.one(spec.commandLine().getOut(), common.client().post("caps", body), common.json);
        return 0;
    }

    @Command(name = "show", description = "one cap, and what is spent of it", mixinStandardHelpOptions = true)
    int show(@CommandLine.Mixin AdminCommands.Common common, @Parameters(paramLabel = "CAP") String cap)
            throws IOException {
        Printer.one(spec.commandLine().getOut(), common.client().get("caps/" + AdminClient.encoded(cap)), common.json);
        return 0;
    }

    @Command(name = "reset", description = "forgets what is spent of a cap", mixinStandardHelpOptions = true)
    int reset(@CommandLine.Mixin AdminCommands.Common common, @Parameters(paramLabel = "CAP") String cap)
            throws IOException {
        Printer.one(
                spec.commandLine().getOut(),
                common.client().post("caps/" + AdminClient.encoded(cap) + "/reset", new LinkedHashMap<>()),
                common.json);
        return 0;
    }

    @Command(name = "remove", description = "ends a cap", mixinStandardHelpOptions = true)
    int remove(@CommandLine.Mixin AdminCommands.Common common, @Parameters(paramLabel = "CAP") String cap)
            throws IOException {
        Printer.one(
                spec.commandLine().getOut(), common.client().delete("caps/" + AdminClient.encoded(cap)), common.json);
        return 0;
    }
}
