package tollgate.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Commands about wallets, keys, exchanges and the ledger. */
public final class AdminCommands {
    private AdminCommands() {}

    /** What every managing command understands. */
    static final class Common {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                defaultValue = ".tollgate",
                description = "the gateway's data directory")
        Path data = Path.of(".tollgate");

        @Option(names = "--json", description = "as JSON")
        boolean json;

        AdminClient client() throws IOException {
            return AdminClient.find(data, System.getenv());
        }
    }

    private static Map<String, @Nullable Object> body() {
        return new LinkedHashMap<>();
    }

    private static Map<String, @Nullable Object> because(@Nullable String reason) {
        Map<String, @Nullable Object> body = body();
        if (reason != null) {
            body.put("reason", reason);
        }
        return body;
    }

    /** {@code wallet}. */
    @Command(name = "wallet", description = "Lists, creates and funds wallets.", mixinStandardHelpOptions = true)
    public static final class Wallet implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "wallet: a command is needed");
        }

        private PrintWriter out() {
            return spec.commandLine().getOut();
        }

        @Command(name = "list", description = "all wallets", mixinStandardHelpOptions = true)
        int list(@CommandLine.Mixin Common common) throws IOException {
            Printer.list(
                    out(),
                    common.client().all("wallets"),
                    common.json,
                    "id",
                    "name",
                    "live",
                    "state",
                    "balance",
                    "held");
            return 0;
        }

        @Command(name = "create", description = "opens a wallet", mixinStandardHelpOptions = true)
        int create(
                @CommandLine.Mixin Common common,
                @Option(names = "--name", paramLabel = "NAME", required = true, description = "its name") String name,
                @Option(names = "--org", paramLabel = "ORG", description = "whose it is") @Nullable String organization,
                @Option(names = "--test", description = "the sandbox's money instead of real money") boolean test)
                throws IOException {
            Map<String, @Nullable Object> body = body();
            body.put("name", name);
            body.put("organization", organization);
            body.put("test", test);
            Printer.one(out(), common.client().post("wallets", body), common.json);
            return 0;
        }

        @Command(name = "show", description = "one wallet", mixinStandardHelpOptions = true)
        int show(@CommandLine.Mixin Common common, @Parameters(paramLabel = "WALLET") String wallet)
                throws IOException {
            JsonNode shown = common.client().get("wallets/" + AdminClient.encoded(wallet));
            if (common.json || shown.path("grants").isEmpty()) {
                Printer.one(out(), shown, common.json);
                return 0;
            }
            List<JsonNode> grants = new ArrayList<>();
            shown.path("grants").forEach(grants::add);
            Printer.one(out(), ((ObjectNode) shown).without("grants"), false);
            out().println();
            Printer.list(out(), grants, false, "id", "rest", "given", "priority", "expires", "reason");
            return 0;
        }

        @Command(name = "top-up", description = "adds money that was paid in", mixinStandardHelpOptions = true)
        int topUp(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "WALLET") String wallet,
                @Option(
                                names = "--amount",
                                paramLabel = "USD",
                                required = true,
                                description = "US dollars, such as 25.00")
                        String amount,
                @Option(
                                names = "--reference",
                                paramLabel = "TEXT",
                                required = true,
                                description = "of the payment; the same again is the same money")
                        String reference)
                throws IOException {
            return move(common, "top_ups", wallet, amount, reference, false);
        }

        @Command(
                name = "grant",
                description = "gives promotional money, which is spent before the wallet's own until it expires",
                mixinStandardHelpOptions = true)
        int grant(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "WALLET") String wallet,
                @Option(
                                names = "--amount",
                                paramLabel = "USD",
                                required = true,
                                description = "US dollars, such as 25.00")
                        String amount,
                @Option(
                                names = "--reason",
                                paramLabel = "TEXT",
                                required = true,
                                description = "why; the same again is the same grant")
                        String reason,
                @Option(
                                names = "--expires",
                                paramLabel = "DATE",
                                description = "2026-12-31, or a moment; else it never does")
                        @Nullable
                        String expires,
                @Option(
                                names = "--priority",
                                paramLabel = "0-100",
                                description = "what is spent first has the lowest (50)")
                        @Nullable
                        Integer priority)
                throws IOException {
            Map<String, @Nullable Object> body = body();
            body.put("wallet", wallet);
            body.put("amount", amount);
            body.put("reason", reason);
            body.put("expires", expires);
            body.put("priority", priority);
            Printer.one(out(), common.client().post("grants", body), common.json);
            return 0;
        }

        @Command(name = "adjust", description = "corrects a balance, either way", mixinStandardHelpOptions = true)
        int adjust(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "WALLET") String wallet,
                @Option(
                                names = "--amount",
                                paramLabel = "USD",
                                required = true,
                                description = "US dollars, such as --amount=-1.50")
                        String amount,
                @Option(
                                names = "--reference",
                                paramLabel = "TEXT",
                                required = true,
                                description = "why; the same again is the same correction")
                        String reference,
                @Option(names = "--force", description = "also below what is available") boolean force)
                throws IOException {
            return move(common, "adjustments", wallet, amount, reference, force);
        }

        private int move(Common common, String what, String wallet, String amount, String reference, boolean force)
                throws IOException {
            Map<String, @Nullable Object> body = body();
            body.put("wallet", wallet);
            body.put("amount", amount);
            body.put("reference", reference);
            if (force) {
                body.put("force", true);
            }
            Printer.one(out(), common.client().post(what, body), common.json);
            return 0;
        }

        @Command(name = "freeze", description = "admits nothing new", mixinStandardHelpOptions = true)
        int freeze(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "WALLET") String wallet,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            String path = "wallets/" + AdminClient.encoded(wallet) + "/freeze";
            Printer.one(out(), common.client().post(path, because(reason)), common.json);
            return 0;
        }

        @Command(name = "unfreeze", description = "lifts a freeze", mixinStandardHelpOptions = true)
        int unfreeze(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "WALLET") String wallet,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            String path = "wallets/" + AdminClient.encoded(wallet) + "/unfreeze";
            Printer.one(out(), common.client().post(path, because(reason)), common.json);
            return 0;
        }
    }

    /** {@code key}. */
    @Command(name = "key", description = "Lists, creates and revokes keys.", mixinStandardHelpOptions = true)
    public static final class Key implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "key: a command is needed");
        }

        private PrintWriter out() {
            return spec.commandLine().getOut();
        }

        @Command(name = "list", description = "all keys", mixinStandardHelpOptions = true)
        int list(
                @CommandLine.Mixin Common common,
                @Option(names = "--wallet", paramLabel = "WALLET", description = "of this wallet only") @Nullable
                        String wallet)
                throws IOException {
            String path = wallet == null ? "keys" : "keys?wallet=" + AdminClient.encoded(wallet);
            Printer.list(
                    out(),
                    common.client().all(path),
                    common.json,
                    "id",
                    "name",
                    "wallet",
                    "display",
                    "live",
                    "revoked");
            return 0;
        }

        @Command(name = "create", description = "makes a key and shows it, once", mixinStandardHelpOptions = true)
        int create(
                @CommandLine.Mixin Common common,
                @Option(names = "--wallet", paramLabel = "WALLET", required = true, description = "who pays")
                        String wallet,
                @Option(names = "--name", paramLabel = "NAME", description = "its name") @Nullable String name,
                @Option(names = "--member", paramLabel = "MEMBER", description = "whose it is") @Nullable String member,
                @Option(names = "--project", paramLabel = "PROJECT", description = "what it is for") @Nullable
                        String project,
                @Option(
                                names = "--allow-model",
                                paramLabel = "MODEL",
                                description = "a model or pattern it may use; repeatable")
                        @Nullable
                        List<String> models,
                @Option(names = "--expires", paramLabel = "DATE", description = "2026-12-31, or a moment") @Nullable
                        String expires)
                throws IOException {
            Map<String, @Nullable Object> body = body();
            body.put("wallet", wallet);
            body.put("name", name);
            body.put("member", member);
            body.put("project", project);
            body.put("allowed_models", models);
            body.put("expires", expires);
            Printer.one(out(), common.client().post("keys", body), common.json);
            return 0;
        }

        @Command(name = "revoke", description = "ends a key", mixinStandardHelpOptions = true)
        int revoke(@CommandLine.Mixin Common common, @Parameters(paramLabel = "KEY") String key) throws IOException {
            Printer.one(out(), common.client().delete("keys/" + AdminClient.encoded(key)), common.json);
            return 0;
        }

        @Command(name = "freeze", description = "it may not spend", mixinStandardHelpOptions = true)
        int freeze(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "KEY") String key,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            String path = "keys/" + AdminClient.encoded(key) + "/freeze";
            Printer.one(out(), common.client().post(path, because(reason)), common.json);
            return 0;
        }

        @Command(name = "unfreeze", description = "lifts a freeze", mixinStandardHelpOptions = true)
        int unfreeze(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "KEY") String key,
                @Option(names = "--reason", description = "why") @Nullable String reason)
                throws IOException {
            String path = "keys/" + AdminClient.encoded(key) + "/unfreeze";
            Printer.one(out(), common.client().post(path, because(reason)), common.json);
            return 0;
        }

        @Command(name = "rotate", description = "makes another key like it", mixinStandardHelpOptions = true)
        int rotate(@CommandLine.Mixin Common common, @Parameters(paramLabel = "KEY") String key) throws IOException {
            Printer.one(
                    out(), common.client().post("keys/" + AdminClient.encoded(key) + "/rotate", body()), common.json);
            return 0;
        }
    }

    /** {@code exchange}. */
    @Command(name = "exchange", description = "Explains an exchange.", mixinStandardHelpOptions = true)
    public static final class Exchange implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "exchange: a command is needed");
        }

        @Command(name = "show", description = "one exchange, line by line", mixinStandardHelpOptions = true)
        int show(@CommandLine.Mixin Common common, @Parameters(paramLabel = "EXCHANGE") String exchange)
                throws IOException {
            JsonNode shown = common.client().get("exchanges/" + AdminClient.encoded(exchange));
            Printer.one(spec.commandLine().getOut(), shown, common.json);
            return 0;
        }

        @Command(
                name = "refund",
                description = "gives back what it took, or a part of it, to where it came from",
                mixinStandardHelpOptions = true)
        int refund(
                @CommandLine.Mixin Common common,
                @Parameters(paramLabel = "EXCHANGE") String exchange,
                @Option(
                                names = "--amount",
                                paramLabel = "USD",
                                required = true,
                                description = "US dollars, such as 0.25")
                        String amount,
                @Option(
                                names = "--reason",
                                paramLabel = "TEXT",
                                required = true,
                                description = "why; the same again is the same refund")
                        String reason)
                throws IOException {
            Map<String, @Nullable Object> body = body();
            body.put("exchange", exchange);
            body.put("amount", amount);
            body.put("reason", reason);
            Printer.one(spec.commandLine().getOut(), common.client().post("refunds", body), common.json);
            return 0;
        }

        @Command(
                name = "list",
                description = "the last exchanges of a wallet, a thousand at most",
                mixinStandardHelpOptions = true)
        int list(
                @CommandLine.Mixin Common common,
                @Option(names = "--wallet", paramLabel = "WALLET", required = true) String wallet)
                throws IOException {
            List<JsonNode> rows = new ArrayList<>();
            common.client()
                    .get("exchanges?limit=1000&wallet=" + AdminClient.encoded(wallet))
                    .path("data")
                    .forEach(rows::add);
            Printer.list(
                    spec.commandLine().getOut(),
                    rows,
                    common.json,
                    "id",
                    "model",
                    "ended",
                    "charge",
                    "status",
                    "finished");
            return 0;
        }
    }

    /** {@code ledger}. */
    @Command(name = "ledger", description = "The entries of a wallet.", mixinStandardHelpOptions = true)
    public static final class Ledger implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @CommandLine.Mixin
        private Common common = new Common();

        @Parameters(paramLabel = "WALLET", arity = "0..1")
        private @Nullable String wallet;

        @Command(
                name = "balance",
                description = "The trial balance: what every account moved by within a time, which comes to zero.",
                mixinStandardHelpOptions = true)
        int balance(
                @CommandLine.Mixin Common own,
                @Option(names = "--since", paramLabel = "D", description = "from a day or moment on") @Nullable
                        String since,
                @Option(names = "--until", paramLabel = "D", description = "before a day or moment") @Nullable
                        String until)
                throws IOException {
            String path = "trial_balance?since=" + AdminClient.encoded(since == null ? "" : since) + "&until="
                    + AdminClient.encoded(until == null ? "" : until);
            List<JsonNode> rows = new ArrayList<>();
            own.client().get(path).path("data").forEach(rows::add);
            Printer.list(spec.commandLine().getOut(), rows, own.json, "currency", "account", "amount");
            return 0;
        }

        @Override
        public Integer call() throws IOException {
            if (wallet == null) {
                throw new ParameterException(spec.commandLine(), "Missing required parameter: 'WALLET'");
            }
            List<JsonNode> rows = common.client().all("wallets/" + AdminClient.encoded(wallet) + "/entries");
            Printer.list(
                    spec.commandLine().getOut(),
                    rows,
                    common.json,
                    "seq",
                    "kind",
                    "amount",
                    "balance",
                    "exchange",
                    "reference",
                    "at");
            return 0;
        }
    }

    /** {@code verify}. */
    @Command(
            name = "verify",
            description = "Checks that wallets and books say the same.",
            mixinStandardHelpOptions = true)
    public static final class Verify implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @CommandLine.Mixin
        private Common common = new Common();

        @Override
        public Integer call() throws IOException {
            JsonNode result = common.client().get("verify");
            Printer.one(spec.commandLine().getOut(), result, common.json);
            return result.path("ok").asBoolean() ? 0 : 1;
        }
    }
}
