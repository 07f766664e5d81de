package tollgate.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code reconcile}: Redis, ledger and usage records side by side. Exit code 1 where a difference has no explanation. */
@Command(
        name = "reconcile",
        description = "Sets Redis, ledger and usage records side by side and explains each difference.",
        mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @CommandLine.Mixin
    private AdminCommands.Common common = new AdminCommands.Common();

    @Parameters(paramLabel = "WALLET", arity = "0..*", description = "wallets; all where none is named")
    private List<String> wallets = new ArrayList<>();

    /** Made by picocli. */
    public ReconcileCommand() {}

    @Override
    public Integer call() throws IOException {
        AdminClient client = common.client();
        List<String> asked = new ArrayList<>(wallets);
        if (asked.isEmpty()) {
            client.all("wallets").forEach(wallet -> asked.add(wallet.path("id").asString()));
        }
        List<JsonNode> compared = new ArrayList<>();
        for (String wallet : asked) {
            compared.add(client.get("wallets/" + AdminClient.encoded(wallet) + "/reconciliation"));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (common.json) {
            Printer.list(out, compared, true);
        } else {
            compared.forEach(each -> print(out, each));
        }
        return compared.stream().allMatch(each -> each.path("unexplained").asLong() == 0) ? 0 : 1;
    }

    private static void print(PrintWriter out, JsonNode wallet) {
        out.println(wallet.path("wallet").asString() + "  redis "
                + wallet.path("redis").path("balance").asString("none") + "  ledger "
                + wallet.path("ledger").path("balance").asString() + "  charges "
                + wallet.path("records").path("charges").asString() + "  held "
                + wallet.path("redis").path("held").asString("none"));
        for (JsonNode each : wallet.path("differences")) {
            out.println("  " + each.path("kind").asString() + "  "
                    + each.path("between").asString() + "  "
                    + each.path("amount").asString() + "  " + each.path("about").asString("") + "  "
                    + each.path("why").asString());
        }
    }
}
