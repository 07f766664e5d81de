package tollgate.cli;

import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code upstream}. */
@Command(name = "upstream", description = "Shows how upstreams do.", mixinStandardHelpOptions = true)
public final class UpstreamCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Made by picocli. */
    public UpstreamCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "upstream: a command is needed");
    }

    @Command(name = "list", description = "upstreams, and whether they rest", mixinStandardHelpOptions = true)
    int list(@CommandLine.Mixin AdminCommands.Common common) throws IOException {
        Printer.list(
                spec.commandLine().getOut(),
                common.client().all("upstreams"),
                common.json,
                "name",
                "model",
                "dialect",
                "region",
                "state",
                "rest_ms",
                "health",
                "under_way");
        return 0;
    }
}
