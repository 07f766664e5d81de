package tollgate.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Commands about organisations, teams, members and projects. */
public final class DirectoryCommands {
    private static final long LOOK_NANOS = 500_000_000;

    private DirectoryCommands() {}

    /** What the four have in common. */
    abstract static class Group implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), spec.name() + ": a command is needed");
        }

        int rows(AdminCommands.Common common, String resource, @Nullable String organization, String... columns)
                throws IOException {
            String path =
                    organization == null ? resource : resource + "?organization=" + AdminClient.encoded(organization);
            Printer.list(spec.commandLine().getOut(), common.client().all(path), common.json, columns);
            return 0;
        }

        /** Sends names and values, one after the other. */
        int post(AdminCommands.Common common, String path, @Nullable String... fields) throws IOException {
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            for (int i = 0; i < fields.length; i += 2) {
                body.put(String.valueOf(fields[i]), fields[i + 1]);
            }
            show(common, common.client().post(path, body));
            return 0;
        }

        void show(AdminCommands.Common common, JsonNode one) {
            Printer.one(spec.commandLine().getOut(), one, common.json);
        }
    }

    /** {@code org}. */
    @Command(name = "org", description = "Lists and makes organizations.", mixinStandardHelpOptions = true)
    public static final class Org extends Group {
        @Command(name = "list", description = "all organizations", mixinStandardHelpOptions = true)
        int list(@CommandLine.Mixin AdminCommands.Common common) throws IOException {
            return rows(common, "organizations", null, "id", "name", "plan", "zone", "frozen", "shard", "moving");
        }

        @Command(name = "create", description = "makes an organization", mixinStandardHelpOptions = true)
        int create(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--name", required = true, description = "its name") String name,
                @Option(names = "--zone", description = "of its calendar, such as Europe/Vienna; default UTC") @Nullable
                        String zone,
                @Option(names = "--plan", description = "what it has bought: a plan of the markups") @Nullable
                        String plan)
                throws IOException {
            return post(common, "organizations", "name", name, "zone", zone, "plan", plan);
        }

        @Command(
                name = "plan",
                description = "what it has bought: its next request is charged by that",
                mixinStandardHelpOptions = true)
        int plan(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "ORG") String id,
                @Parameters(paramLabel = "PLAN", description = "a plan of the markups; none: nothing in particular")
                        String plan)
                throws IOException {
            String path = "organizations/" + AdminClient.encoded(id) + "/plan";
            return post(common, path, "plan", plan.equals("none") ? null : plan);
        }

        @Command(
                name = "bundles",
                description = "what it has left of tokens that are paid for already",
                mixinStandardHelpOptions = true)
        int bundles(@CommandLine.Mixin AdminCommands.Common common, @Parameters(paramLabel = "ORG") String id)
                throws IOException {
            String path = "organizations/" + AdminClient.encoded(id) + "/bundles";
            return rows(common, path, null, "name", "per", "model", "live", "tokens", "used", "held", "left", "resets");
        }

        @Command(name = "zone", description = "gives its calendar another zone", mixinStandardHelpOptions = true)
        int zone(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "ORG") String id,
                @Parameters(paramLabel = "ZONE") String zone)
                throws IOException {
            return post(common, "organizations/" + AdminClient.encoded(id), "zone", zone);
        }

        @Command(
                name = "move",
                description = "moves it to another shard, and tells how far that is until it is over",
                mixinStandardHelpOptions = true)
        int move(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--org", required = true, description = "which") String id,
                @Option(names = "--shard", description = "0 to 63; none: tells of its last move") @Nullable
                        Integer shard,
                @Option(names = "--patience", description = "seconds that open requests are waited for; default 600")
                        @Nullable
                        Integer patience,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            String path = "organizations/" + AdminClient.encoded(id) + "/move";
            AdminClient client = common.client();
            if (shard != null) {
                Map<String, @Nullable Object> body = new LinkedHashMap<>();
                body.put("shard", shard);
                body.put("patience_s", patience);
                body.put("reason", reason);
                client.post(path, body);
            }
            JsonNode move = client.get(path);
            while (shard != null && move.path("ended").isNull()) {
                LockSupport.parkNanos(LOOK_NANOS);
                move = client.get(path);
            }
            show(common, move);
            return move.path("step").asString().equals("given_up") ? 1 : 0;
        }

        @Command(name = "freeze", description = "none of its keys may spend", mixinStandardHelpOptions = true)
        int freeze(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "ORG") String id,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            return post(common, "organizations/" + AdminClient.encoded(id) + "/freeze", "reason", reason);
        }

        @Command(name = "unfreeze", description = "lifts a freeze", mixinStandardHelpOptions = true)
        int unfreeze(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "ORG") String id,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            return post(common, "organizations/" + AdminClient.encoded(id) + "/unfreeze", "reason", reason);
        }
    }

    /** {@code team}. */
    @Command(name = "team", description = "Lists and makes teams.", mixinStandardHelpOptions = true)
    public static final class Team extends Group {
        @Command(name = "list", description = "all teams", mixinStandardHelpOptions = true)
        int list(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--org", description = "of this organization only") @Nullable String organization)
                throws IOException {
            return rows(common, "teams", organization, "id", "name", "organization");
        }

        @Command(name = "create", description = "makes a team", mixinStandardHelpOptions = true)
        int create(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--name", required = true, description = "its name") String name,
                @Option(names = "--org", description = "whose it is") @Nullable String organization)
                throws IOException {
            return post(common, "teams", "name", name, "organization", organization);
        }
    }

    /** {@code member}. */
    @Command(name = "member", description = "Lists, makes and changes members.", mixinStandardHelpOptions = true)
    public static final class Member extends Group {
        @Command(name = "list", description = "all members", mixinStandardHelpOptions = true)
        int list(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--org", description = "of this organization only") @Nullable String organization)
                throws IOException {
            return rows(common, "members", organization, "id", "name", "team", "role", "organization");
        }

        @Command(name = "create", description = "makes a member", mixinStandardHelpOptions = true)
        int create(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--name", required = true, description = "its name") String name,
                @Option(names = "--team", description = "the team it is in") @Nullable String team,
                @Option(names = "--role", description = "member, or viewer, who may not spend") @Nullable String role,
                @Option(names = "--org", description = "whose it is; default: the team's") @Nullable
                        String organization)
                throws IOException {
            return post(common, "members", "name", name, "team", team, "role", role, "organization", organization);
        }

        @Command(name = "change", description = "another team or role", mixinStandardHelpOptions = true)
        int change(
                @CommandLine.Mixin AdminCommands.Common common,
                @Parameters(paramLabel = "MEMBER") String id,
                @Option(names = "--team", description = "the team it is in") @Nullable String team,
                @Option(names = "--role", description = "member, or viewer, who may not spend") @Nullable String role)
                throws IOException {
            return post(common, "members/" + AdminClient.encoded(id), "team", team, "role", role);
        }
    }

    /** {@code project}. */
    @Command(name = "project", description = "Lists and makes projects.", mixinStandardHelpOptions = true)
    public static final class Project extends Group {
        @Command(name = "list", description = "all projects", mixinStandardHelpOptions = true)
        int list(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--org", description = "of this organization only") @Nullable String organization)
                throws IOException {
            return rows(common, "projects", organization, "id", "name", "team", "organization");
        }

        @Command(name = "create", description = "makes a project", mixinStandardHelpOptions = true)
        int create(
                @CommandLine.Mixin AdminCommands.Common common,
                @Option(names = "--name", required = true, description = "its name") String name,
                @Option(names = "--team", description = "the team of its keys that are no member's") @Nullable
                        String team,
                @Option(names = "--org", description = "whose it is; default: the team's") @Nullable
                        String organization)
                throws IOException {
            return post(common, "projects", "name", name, "team", team, "organization", organization);
        }
    }
}
