package tollgate.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code statement}. */
@Command(
        name = "statement",
        description =
                "A month of a wallet or organization: balances, money in, charges by day, model, project and key.",
        mixinStandardHelpOptions = true)
public final class StatementCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @CommandLine.Mixin
    private AdminCommands.Common common = new AdminCommands.Common();

    @ArgGroup(multiplicity = "1")
    private Whose whose = new Whose();

    @Option(
            names = "--month",
            paramLabel = "MONTH",
            required = true,
            description = "such as 2026-01, in the calendar of the organization's zone")
    private String month = "";

    @Option(names = "--csv", description = "as a table")
    private boolean csv;

    /** Whose statement it is. */
    static final class Whose {
        @Option(names = "--wallet", required = true, paramLabel = "WALLET", description = "of a wallet")
        private @Nullable String wallet;

        @Option(names = "--org", required = true, paramLabel = "ORG", description = "of all wallets of an organization")
        private @Nullable String organization;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        String of = whose.wallet != null
                ? "wallets/" + AdminClient.encoded(whose.wallet)
                : "organizations/" + AdminClient.encoded(String.valueOf(whose.organization));
        String path = of + "/statement?month=" + AdminClient.encoded(month);
        if (csv) {
            out.print(common.client().text(path + "&format=csv"));
            out.flush();
            return 0;
        }
        JsonNode statement = common.client().get(path);
        if (common.json) {
            Printer.one(out, statement, true);
            return 0;
        }
        for (JsonNode wallet : statement.path("wallets")) {
            out.println(wallet.path("wallet").asString() + ", "
                    + statement.path("month").asString() + ", "
                    + wallet.path("currency").asString()
                    + (wallet.path("complete").asBoolean(false) ? "" : ", so far"));
            out.println("opening balance: " + wallet.path("opening").asString());
            rows(out, wallet.path("moved"), "kind");
            out.println("charges: " + wallet.path("charges").asString());
            rows(out, wallet.path("by_day"), "day");
            rows(out, wallet.path("by_model"), "model");
            rows(out, wallet.path("by_project"), "project");
            rows(out, wallet.path("by_key"), "key");
            out.println("closing balance: " + wallet.path("closing").asString());
            straddlers(out, wallet.path("begun_before"), "begun in an earlier month, settled in this one");
            straddlers(out, wallet.path("settled_after"), "begun in this month, settled later");
            out.println();
        }
        List<JsonNode> totals = new ArrayList<>();
        statement.path("totals").forEach(totals::add);
        Printer.list(out, totals, false, "currency", "opening", "moved", "charges", "closing");
        return 0;
    }

    private static void rows(PrintWriter out, JsonNode rows, String name) {
        List<JsonNode> all = new ArrayList<>();
        rows.forEach(all::add);
        if (!all.isEmpty()) {
            Printer.list(out, all, false, name, "count", "amount");
        }
    }

    private static void straddlers(PrintWriter out, JsonNode of, String what) {
        if (of.path("count").asLong(0) > 0) {
            out.println(what + ": " + of.path("count").asLong(0) + " exchanges, "
                    + of.path("amount").asString());
        }
    }
}
