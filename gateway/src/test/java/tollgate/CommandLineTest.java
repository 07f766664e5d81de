package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The managing commands against a running gateway: exit codes, one line for what went wrong, nothing else on stdout. */
@SuppressWarnings("NullAway.Init") // started before all tests
class CommandLineTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static TestGateway.Account account;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(folder.resolve("data"));
        account = gateway.account("1.00");
        ready(gateway.installation.adminUrl(), TestGateway.ADMIN_KEY);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private record Run(int exit, String out, String err) {}

    // W stands for a wallet that is there
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "wallet show w_x                                          | 1 | no wallet 'w_x'",
                "wallet show %00                                          | 1 | no wallet '%00'",
                "wallet create --name=                                    | 1 | name: ''",
                "wallet create --name=a\\nb                               | 1 | control characters",
                "wallet create --name=n --org=                            | 1 | organization: ''",
                "wallet top-up w_x --amount 1 --reference r               | 1 | no wallet 'w_x'",
                "wallet top-up W --amount 0 --reference r                 | 1 | amount: '0'",
                "wallet top-up W --amount=-1 --reference r                | 1 | amount: '-1'",
                "wallet top-up W --amount 1e3 --reference r               | 1 | amount: '1e3'",
                "wallet top-up W --amount 0.0000000001 --reference r      | 1 | up to 9 decimals",
                "wallet top-up W --amount 9000000 --reference r           | 1 | would pass 9,000,000 USD",
                "wallet top-up W --amount 2 --reference start             | 1 | was used for",
                "wallet grant W --amount 0 --reason r                     | 1 | amount: '0'",
                "wallet grant W --amount 1                                | 2 | --reason",
                "wallet grant W --amount 1 --reason r --priority first    | 2 | first",
                "wallet grant W --amount 1 --reason r --priority 101      | 1 | priority: 101",
                "wallet grant W --amount 1 --reason r --expires 2001-01-01 | 1 | from now on",
                "wallet grant w_x --amount 1 --reason r                   | 1 | no wallet 'w_x'",
                "exchange refund x --amount 1 --reason r                  | 1 | exchange 'x'",
                "exchange refund x --amount 1                             | 2 | --reason",
                "wallet adjust W --amount=-5 --reference r                | 1 | are available",
                "wallet freeze w_x                                        | 1 | no wallet",
                "wallet unfreeze w_x                                      | 1 | no wallet",
                "key create --wallet w_x                                  | 1 | no wallet",
                "key create --wallet W --expires soon                     | 1 | expires: 'soon'",
                "key create --wallet W --expires 2001-01-01               | 1 | from now on",
                "key create --wallet W --expires +999999999-12-31T00:00:00Z | 1 | before the year 10000",
                "key create --wallet W --allow-model=                     | 1 | allowed_models[0]",
                "key list --wallet w_x                                    | 1 | no wallet",
                "key revoke k_x                                           | 1 | no key 'k_x'",
                "key rotate k_x                                           | 1 | no key 'k_x'",
                "exchange show x                                          | 1 | no exchange 'x'",
                "exchange list --wallet w_x                               | 1 | no wallet",
                "ledger w_x                                               | 1 | no wallet",
                "ledger                                                   | 2 | WALLET",
                "ledger balance --since soon                              | 1 | since: 'soon'",
                "statement --wallet w_x --month 2026-01                   | 1 | no wallet 'w_x'",
                "statement --org o_x --month 2026-01                      | 1 | no organization 'o_x'",
                "statement --wallet W --month January                     | 1 | month: 'January'",
                "statement --wallet W --month 9000-01 --csv               | 1 | month: '9000-01'",
                "statement --wallet W                                     | 2 | --month",
                "statement --month 2026-01                                | 2 | --wallet",
                "statement --wallet W --org o --month 2026-01             | 2 | --org",
                "model freeze m --org o_x                                 | 1 | no organization 'o_x'",
                "model freeze                                             | 2 | MODEL",
                "model unfreeze f_x                                       | 1 | no freeze of a model 'f_x'",
                "audit list --subject a\\nb                               | 1 | control characters",
                "approval approve v_x                                     | 1 | no approval 'v_x'",
                "approval reject v_x                                      | 2 | --reason",
                "approval list --state frob                               | 1 | state: 'frob'",
                "suspense list --state frob                               | 1 | state: 'frob'",
                "suspense settle x_y                                      | 1 | no suspended settlement 'x_y'",
                "suspense settle x_y --reason=                            | 1 | reason: ''",
                "suspense drop x_y --reason r                             | 1 | no suspended settlement 'x_y'",
                "suspense                                                 | 2 | a command is needed",
                "suspense drop x_y                                        | 2 | --reason",
                "suspense settle                                          | 2 | EXCHANGE",
                "cap set --scope team:t_x --per day --usd 1               | 1 | no team 't_x'",
                "cap set --scope wallet:W --per day --usd NaN             | 1 | usd: 'NaN'",
                "cap set --scope wallet:W --per day --usd=-1              | 1 | usd: '-1'",
                "cap set --scope wallet:W --per day --tokens=-1           | 1 | tokens: -1",
                "cap set --scope wallet:W --per year --usd 1              | 1 | per: 'year'",
                "cap set --scope wallet:W --per day --tokens 1e30         | 2 | --tokens",
                "cap set --scope wallet:W --per day                       | 2 | --usd",
                "cap set --scope wallet:W --per day --usd 1 --tokens 1    | 2 | --tokens",
                "cap set --per day --usd 1                                | 2 | --scope",
                "cap remove c_x                                           | 1 | no cap 'c_x'",
                "cap reset c_x                                            | 1 | no cap 'c_x'",
                "cap list --org nobody                                    | 1 | no organization 'nobody'",
                "member create --name m --role king                       | 1 | role: 'king'",
                "member change m_x --role viewer                          | 1 | no member 'm_x'",
                "team create --name t --org nobody                        | 1 | no organization",
                "project create --name p --team t_x                       | 1 | no team",
                "org zone tests Mars/Olympus                              | 1 | zone: 'Mars/Olympus'",
                "key freeze k_x                                           | 1 | no key",
                "key create --wallet W --member m_x                       | 1 | no member 'm_x'",
                "cap                                                      | 2 | a command is needed",
                "team                                                     | 2 | a command is needed",
                "wallet                                                   | 2 | a command is needed",
                "wallet create                                            | 2 | --name",
                "wallet create --name n --nmae n                          | 2 | --nmae",
                "wallet top-up W --amount 1                               | 2 | --reference",
                "wallet top-up --amount 1 --reference r                   | 2 | WALLET",
                "wallet show a b                                          | 2 | b",
                "key create                                               | 2 | --wallet",
                "frob                                                     | 2 | frob",
                "up --port 65536                                          | 2 | --port: '65536' (expected: 0 to 65535)",
                "up --admin-port=-1                                       | 2 | --admin-port: '-1'",
            })
    void what_cannot_be_done_is_one_line_and_an_exit_code(String command, int exit, String says) {
        List<String> args = new ArrayList<>();
        for (String arg : command.strip().split(" +", -1)) {
            args.add(
                    arg.equals("W")
                            ? account.wallet()
                            : arg.replace("wallet:W", "wallet:" + account.wallet())
                                    .replace("\\n", "\n"));
        }
        if (exit == 1) {
            args.addAll(List.of("--data", folder.toString(), "--json"));
        }
        Run run = run(args.toArray(String[]::new));
        assertThat(run.exit).as(run.err).isEqualTo(exit);
        assertThat(run.out).isEmpty();
        assertThat(run.err)
                .startsWith("tollgate: ")
                .contains(says)
                .endsWith("\n")
                .containsOnlyOnce("\n");
    }

    @Test
    void what_can_be_done_is_one_object_or_an_array() {
        JsonNode wallet = MAPPER.readTree(good("wallet", "create", "--name", "n", "--test"));
        String id = wallet.path("id").asString();
        good("wallet", "top-up", id, "--amount", "2.50", "--reference", "r");
        good("wallet", "top-up", id, "--amount", "2.50", "--reference", "r");
        assertThat(MAPPER.readTree(good("wallet", "show", id)).path("balance").asString())
                .isEqualTo("2.50");
        for (int sent = 0; sent < 2; sent++) {
            good(
                    "wallet",
                    "grant",
                    id,
                    "--amount",
                    "1",
                    "--expires",
                    "2999-12-31",
                    "--priority",
                    "7",
                    "--reason",
                    "hello");
        }
        JsonNode shown = MAPPER.readTree(good("wallet", "show", id));
        assertThat(shown.path("balance").asString()).isEqualTo("3.50");
        assertThat(shown.path("grants").size()).isEqualTo(1);
        assertThat(shown.path("grants").path(0).path("rest").asString()).isEqualTo("1.00");
        assertThat(run("wallet", "show", id, "--data", folder.toString()).out())
                .contains("balance: 3.50")
                .containsPattern("g_\\w+ +1.00 +.+ 7 +3000-01-01T00:00:00Z");
        good("suspense", "list");
        good("wallet", "freeze", id);
        good("wallet", "unfreeze", id);
        String key = MAPPER.readTree(good("key", "create", "--wallet", id, "--expires", "2999-12-31"))
                .path("id")
                .asString();
        good("key", "rotate", key);
        good("key", "revoke", key);
        assertThat(MAPPER.readTree(good("key", "list", "--wallet", id)).size()).isEqualTo(2);
        assertThat(MAPPER.readTree(good("ledger", id)).size()).isEqualTo(3);
    }

    @Test
    void a_gateway_that_is_not_there_or_something_else_is_one_line_too() throws Exception {
        Path other = folder.resolve("other");
        Files.createDirectories(other);
        assertThat(failed(other)).contains("ready.json is not there");
        write(other, "{");
        assertThat(failed(other)).contains("not JSON");
        write(other, "{\"admin_url\":\"frob\",\"admin_key\":\"k\"}");
        assertThat(failed(other)).contains("admin_url: 'frob' (expected: http://host:port)");
        write(other, "{\"admin_url\":\"http://127.0.0.1:1\",\"admin_key\":\"tg_admin_\\nsecret\"}");
        assertThat(failed(other)).contains("admin_key: not a key").doesNotContain("secret");
        write(other, "{\"admin_url\":\"http://127.0.0.1:1\",\"admin_key\":\"k\"}");
        assertThat(failed(other)).contains("no gateway answers at http://127.0.0.1:1");
        write(other, "{\"admin_url\":\"" + gateway.installation.adminUrl() + "/\",\"admin_key\":\"k\"}");
        assertThat(failed(other)).contains("no valid admin key");
        try (ServerSocket stranger = new ServerSocket(0)) {
            Thread answering = Thread.ofVirtual().start(() -> page(stranger));
            write(other, "{\"admin_url\":\"http://127.0.0.1:" + stranger.getLocalPort() + "\",\"admin_key\":\"k\"}");
            assertThat(failed(other)).contains("no JSON (expected: a gateway's control plane)");
            answering.join();
        }
    }

    @Test
    void a_port_that_is_taken_is_said_before_anything_is_started() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            String[][] asked = {{"--port", port, "--admin-port", "0"}, {"--port", "0", "--admin-port", port}};
            for (String[] ports : asked) {
                Path data = Files.createTempDirectory(folder, "taken");
                String[] all = Arrays.copyOf(ports, ports.length + 3);
                System.arraycopy(new String[] {"up", "--data", data.toString()}, 0, all, 0, 3);
                System.arraycopy(ports, 0, all, 3, ports.length);
                Run run = run(all);
                assertThat(run.exit).isEqualTo(1);
                assertThat(run.out).isEmpty();
                assertThat(run.err)
                        .startsWith("tollgate: listen." + (ports[1].equals(port) ? "gateway" : "admin"))
                        .contains(":" + port + "' cannot be listened on: Address already in use")
                        .containsOnlyOnce("\n");
                assertThat(data.resolve("redis")).doesNotExist();
            }
            Run simulator = run("simulator", "--port", port);
            assertThat(simulator.exit).isEqualTo(1);
            assertThat(simulator.err)
                    .contains(":" + port + "' cannot be listened on")
                    .containsOnlyOnce("\n");
        }
    }

    private static void page(ServerSocket stranger) {
        try (Socket socket = stranger.accept()) {
            socket.getInputStream().read(new byte[8192]);
            String page = "<html>\n<body>";
            socket.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nContent-Length: " + page.length() + "\r\n\r\n" + page)
                            .getBytes(StandardCharsets.UTF_8));
        } catch (java.io.IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    private static String failed(Path data) {
        Run run = run("wallet", "list", "--data", data.toString());
        assertThat(run.exit).isEqualTo(1);
        assertThat(run.err).containsOnlyOnce("\n");
        return run.err;
    }

    private static String good(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 3);
        all[args.length] = "--data";
        all[args.length + 1] = folder.toString();
        all[args.length + 2] = "--json";
        Run run = run(all);
        assertThat(run.exit).as(run.err).isZero();
        assertThat(run.err).isEmpty();
        return run.out;
    }

    private static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Run(exit, out.toString(), err.toString());
    }

    private static void ready(String url, String key) throws Exception {
        write(folder, "{\"admin_url\":\"" + url + "\",\"admin_key\":\"" + key + "\"}");
    }

    private static void write(Path data, String ready) throws Exception {
        Files.writeString(data.resolve("ready.json"), ready);
    }
}
