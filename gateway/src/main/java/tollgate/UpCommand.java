package tollgate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;

/** Everything on embedded defaults. */
@Command(
        name = "up",
        description = "Starts a gateway with everything it needs, and shows a first paid request.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    private static final int MOST_PORT = 65_535;

    @Option(names = "--config", paramLabel = "FILE", description = "settings other than the defaults")
    private @Nullable Path configFile;

    @Option(names = "--data", paramLabel = "DIR", description = "where everything is kept; default .tollgate")
    private @Nullable Path data;

    @Option(names = "--port", description = "the gateway's port; 0 picks a free one; default 8080")
    private @Nullable Integer port;

    @Option(names = "--admin-port", description = "the control plane's port; 0 picks a free one; default 8081")
    private @Nullable Integer adminPort;

    @Option(names = "--ready-file", paramLabel = "FILE", description = "where to say, as JSON, what was started")
    private @Nullable Path readyFile;

    @Option(names = "--json", description = "say what was started as one JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    UpCommand() {}

    @Override
    public Integer call() throws IOException {
        checkPort("--port", port);
        checkPort("--admin-port", adminPort);
        TollgateConfig config = config();
        Serving.warn(config);
        String adminKey = FirstRun.adminKey(config.dataDir());
        Installation gateway = Serving.start(config, List.of(adminKey));
        try {
            boolean live = !config.upstreams().isEmpty();
            FirstRun.Account account = FirstRun.account(config.dataDir(), gateway.office(), live);
            String ready = ReadyFile.write(config.dataDir().resolve("ready.json"), gateway, account, adminKey);
            if (readyFile != null) {
                ReadyFile.write(readyFile, gateway, account, adminKey);
            }
            System.out.println(json ? ready : banner(gateway, account));
        } catch (IOException | RuntimeException failed) {
            gateway.close();
            throw failed;
        }
        return Serving.untilStopped(gateway);
    }

    private void checkPort(String option, @Nullable Integer given) {
        if (given != null && (given < 0 || given > MOST_PORT)) {
            throw new ParameterException(
                    spec.commandLine(), option + ": '" + given + "' (expected: 0 to " + MOST_PORT + ")");
        }
    }

    private TollgateConfig config() {
        TollgateConfig read = configFile == null
                ? ConfigFile.defaults(System.getenv())
                : ConfigFile.read(configFile, System.getenv());
        TollgateConfig.Listen listen = read.listen();
        return new TollgateConfig(
                new TollgateConfig.Listen(on(listen.gateway(), port), on(listen.admin(), adminPort)),
                data == null ? read.dataDir() : data,
                read.adminKeys(),
                read.redis(),
                read.recordsUrl(),
                read.upstreams(),
                read.routes(),
                read.prices(),
                read.holds(),
                read.timeouts(),
                read.limits(),
                read.approval(),
                read.journalSync(),
                read.announce(),
                read.enforce(),
                read.lameDuck(),
                read.drain(),
                read.warnings());
    }

    private static InetSocketAddress on(InetSocketAddress address, @Nullable Integer port) {
        return port == null ? address : new InetSocketAddress(address.getHostString(), port);
    }

    private static String banner(Installation gateway, FirstRun.Account account) {
        String money = account.live()
                ? "live: requests go to " + gateway.config().upstreams() + " and cost real money"
                : "sandbox: requests go to a provider that only echoes; set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or AWS_BEARER_TOKEN_BEDROCK for a real one";
        return """

                Tollgate is up (%s)

                  base URL   %s   (Anthropic's, Google's and AWS's SDKs: %s)
                  key        %s
                  control    %s   (admin key in %s)

                Try it: the last lines of the answer show what it cost.

                  %s

                Ctrl-C stops it.
                """.formatted(
                        money,
                        gateway.baseUrl(),
                        root(gateway),
                        account.key(),
                        gateway.adminUrl(),
                        gateway.config().dataDir().resolve("ready.json"),
                        example(gateway, account));
    }

    private static String root(Installation gateway) {
        return gateway.baseUrl().replaceFirst("/v1$", "");
    }

    /** A request to somebody who will answer it. */
    private static String example(Installation gateway, FirstRun.Account account) {
        Set<String> dialects = gateway.config().upstreams().stream()
                .map(TollgateConfig.Provider::dialect)
                .collect(Collectors.toSet());
        if (account.live() && dialects.equals(Set.of("gemini"))) {
            return """
                    curl -N '%s/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse' \\
                        -H "x-goog-api-key: %s" -H "Content-Type: application/json" \\
                        -d '{"contents":[{"parts":[{"text":"Hello!"}]}]}'\
                    """.formatted(root(gateway), account.key());
        }
        boolean messages = account.live() && dialects.contains("anthropic") && !dialects.contains("openai");
        return messages ? """
                curl -N %s/v1/messages \\
                    -H "x-api-key: %s" -H "anthropic-version: 2023-06-01" -H "Content-Type: application/json" \\
                    -d '{"model":"claude-haiku-4-5","max_tokens":200,"stream":true,"messages":[{"role":"user","content":"Hello!"}]}'\
                """.formatted(root(gateway), account.key()) : """
                curl -N %s/v1/chat/completions \\
                    -H "Authorization: Bearer %s" -H "Content-Type: application/json" \\
                    -d '{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hello!"}]}'\
                """.formatted(root(gateway), account.key());
    }
}
