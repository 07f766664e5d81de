package tollgate.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * Options that choose exchanges of a running gateway, and those exchanges. Real money and the sandbox's are never put
 * together. Confined to one thread.
 */
public final class PastExchanges {
    @Option(names = "--past", description = "in place of a file: the exchanges that a running gateway has recorded")
    private boolean past;

    @Option(
            names = "--wallet",
            paramLabel = "W",
            description = "with --past: those of a wallet, may be repeated; by default of every wallet of real money")
    private List<String> wallets = List.of();

    @Option(names = "--since", paramLabel = "D", description = "with --past: from a day or moment on")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "D", description = "with --past: before a day or moment")
    private @Nullable String until;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".tollgate",
            description = "with --past: the gateway's data directory")
    private Path data = Path.of(".tollgate");

    /** For picocli. */
    public PastExchanges() {}

    /** They are asked for. */
    public boolean asked() {
        return past;
    }

    /** What was given that means nothing without {@code --past}; null: nothing. */
    public @Nullable String strayOption() {
        return past
                ? null
                : !wallets.isEmpty() ? "--wallet" : since != null ? "--since" : until != null ? "--until" : null;
    }

    /**
     * Each chosen exchange as the control plane shows it, wallet by wallet, newest first.
     *
     * @throws IOException where no gateway answers or it refuses
     * @throws IllegalArgumentException where live wallets and test wallets are asked for together
     */
    public void each(Consumer<JsonNode> exchange) throws IOException {
        AdminClient client = AdminClient.find(data, System.getenv());
        String range = (since == null ? "" : "&since=" + AdminClient.encoded(since))
                + (until == null ? "" : "&until=" + AdminClient.encoded(until));
        for (String wallet : wallets.isEmpty() ? live(client) : alike(client)) {
            client.each("exchanges?wallet=" + AdminClient.encoded(wallet) + range, exchange);
        }
    }

    private static List<String> live(AdminClient client) throws IOException {
        List<String> live = new ArrayList<>();
        client.each("wallets", wallet -> {
            if (wallet.path("live").asBoolean(false)) {
                live.add(wallet.path("id").asString());
            }
        });
        if (live.isEmpty()) {
            throw new IllegalArgumentException("no wallet of real money (expected: --wallet, a test wallet)");
        }
        return live;
    }

    private Set<String> alike(AdminClient client) throws IOException {
        Set<Boolean> kinds = new HashSet<>();
        for (String wallet : wallets) {
            kinds.add(client.get("wallets/" + AdminClient.encoded(wallet))
                    .path("live")
                    .asBoolean(false));
        }
        if (kinds.size() > 1) {
            throw new IllegalArgumentException(
                    "--wallet: " + String.join(", ", wallets) + " (expected: all of real money, or all test wallets)");
        }
        return Set.copyOf(wallets);
    }
}
