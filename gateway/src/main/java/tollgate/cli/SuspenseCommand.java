package tollgate.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code suspense}. */
@Command(
        name = "suspense",
        description = "Lists and decides settlements that wallets refused.",
        mixinStandardHelpOptions = true)
public final class SuspenseCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "suspense: a command is needed");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            name = "list",
            description = "settlements that wait, or waited, for a person",
            mixinStandardHelpOptions = true)
    int list(
            @CommandLine.Mixin AdminCommands.Common common,
            @Option(names = "--state", description = "parked, settling, settled or dropped only") @Nullable
                    String state)
            throws IOException {
        String path = state == null ? "suspense" : "suspense?state=" + AdminClient.encoded(state);
        Printer.list(
                out(),
                common.client().all(path),
                common.json,
                "exchange",
                "wallet",
                "total",
                "state",
                "reason",
                "parked",
                "note");
        return 0;
    }

    @Command(
            name = "settle",
            description = "posts one to its wallet, as an adjustment; its hold is freed",
            mixinStandardHelpOptions = true)
    int settle(
            @CommandLine.Mixin AdminCommands.Common common,
            @Parameters(paramLabel = "EXCHANGE") String exchange,
            @Option(names = "--reason", description = "why") @Nullable String reason)
            throws IOException {
        return decide(common, exchange, "settle", reason);
    }

    @Command(
            name = "drop",
            description = "does not post one: what the wallet paid so far stands; its hold is freed",
            mixinStandardHelpOptions = true)
    int drop(
            @CommandLine.Mixin AdminCommands.Common common,
            @Parameters(paramLabel = "EXCHANGE") String exchange,
            @Option(names = "--reason", required = true, description = "why") String reason)
            throws IOException {
        return decide(common, exchange, "drop", reason);
    }

    private int decide(AdminCommands.Common common, String exchange, String how, @Nullable String reason)
            throws IOException {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        if (reason != null) {
            body.put("reason", reason);
        }
        Printer.one(
                out(),
                common.client().post("suspense/" + AdminClient.encoded(exchange) + "/" + how, body),
                common.json);
        return 0;
    }
}
