package tollgate.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands about models that nobody may use, and about who did what. */
public final class FreezeCommands {
    private FreezeCommands() {}

    /** {@code model}. */
    @Command(name = "model", description = "Freezes models, and lifts that.", mixinStandardHelpOptions = true)
    public static final class Model extends DirectoryCommands.Group {
        @Command(name = "frozen", description = "models that are frozen", mixinStandardHelpOptions = true)
        int frozen(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--org", description = "for the keys of this organization only") @Nullable
                        String organization)
                throws IOException {
            return rows(common, "model_freezes", organization, "id", "model", "organization", "reason", "actor");
        }

        @Command(
                name = "freeze",
                description = "no key may use a model or pattern from its next request on; what is open settles",
                mixinStandardHelpOptions = true)
        int freeze(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "MODEL") String model,
                @Option(names = "--org", description = "for the keys of this organization only") @Nullable
                        String organization,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            return post(common, "model_freezes", "model", model, "organization", organization, "reason", reason);
        }

        @Command(name = "unfreeze", description = "lifts a freeze", mixinStandardHelpOptions = true)
        int unfreeze(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "FREEZE", description = "its id: model frozen tells it") String id,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            return post(common, "model_freezes/" + AdminClient.encoded(id) + "/lift", "reason", reason);
        }
    }

    /** {@code audit}. */
    @Command(name = "audit", description = "Who did what, when and why.", mixinStandardHelpOptions = true)
    public static final class Audit extends DirectoryCommands.Group {
        @Command(name = "list", description = "what was done, in order", mixinStandardHelpOptions = true)
        int list(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--subject", description = "to this alone, such as key:k_1 or model:gpt-*") @Nullable
                        String subject)
                throws IOException {
            String path = subject == null ? "audit" : "audit?subject=" + AdminClient.encoded(subject);
            return rows(common, path, null, "at", "actor", "action", "subject", "reason");
        }
    }
}
