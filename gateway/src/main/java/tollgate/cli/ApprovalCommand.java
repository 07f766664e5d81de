package tollgate.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code approval}. */
@Command(
        name = "approval",
        description = "Lists and decides corrections and grants that wait for a second person.",
        mixinStandardHelpOptions = true)
public final class ApprovalCommand extends DirectoryCommands.Group {
    @Command(
            name = "list",
            description = "what waits, or waited, for somebody to agree",
            mixinStandardHelpOptions = true)
    int list(
            @CommandLine.Mixin AdminCommands.Common common,
            @Option(names = "--state", description = "waiting, approved, rejected or expired only") @Nullable
                    String state)
            throws IOException {
        String path = state == null ? "approvals" : "approvals?state=" + AdminClient.encoded(state);
        return rows(common, path, null, "id", "wallet", "kind", "amount", "reason", "actor", "state", "expires");
    }

    @Command(
            name = "approve",
            description = "agrees to what another key asked: it is booked",
            mixinStandardHelpOptions = true)
    int approve(
            @CommandLine.Mixin AdminCommands.Common common,
            @Parameters(paramLabel = "APPROVAL") String id,
            @Option(names = "--reason", description = "why") @Nullable String reason)
            throws IOException {
        return post(common, "approvals/" + AdminClient.encoded(id) + "/approve", "reason", reason);
    }

    @Command(name = "reject", description = "says no: nothing is booked", mixinStandardHelpOptions = true)
    int reject(
            @CommandLine.Mixin AdminCommands.Common common,
            @Parameters(paramLabel = "APPROVAL") String id,
            @Option(names = "--reason", required = true, description = "why") String reason)
            throws IOException {
        return post(common, "approvals/" + AdminClient.encoded(id) + "/reject", "reason", reason);
    }
}
