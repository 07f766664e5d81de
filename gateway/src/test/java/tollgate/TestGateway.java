package tollgate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import tollgate.config.ConfigFile;
import tollgate.config.TollgateConfig;
import tollgate.pricing.Usd;
import tollgate.records.Records;

/** A whole gateway for tests, on free ports, with a real redis-server, SQLite and the sandbox provider. */
final class TestGateway implements AutoCloseable {
    static final String ADMIN_KEY = "tg_admin_for_tests_only";
    static final String OTHER_ADMIN_KEY = "tg_admin_of_somebody_else";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    final Installation installation;
    private final LoopLagProbe lag;
    private boolean lagExpected;

    private TestGateway(Installation installation) {
        this.installation = installation;
        warmUp();
        this.lag = new LoopLagProbe(installation.eventLoops());
    }

    /** Classes are loaded and code is compiled before anybody looks how long that takes. */
    private void warmUp() {
        Account account = account("1.00");
        try {
            for (int i = 0; i < 40; i++) {
                ask(account, chat(i % 2 == 0, 100), "tokens=30");
            }
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException("the gateway does not serve", failed);
        }
    }

    /** Loops may be late here: so much is sent at once that their turn takes long without anything being held up. */
    TestGateway expectingLag() {
        lagExpected = true;
        return this;
    }

    static TestGateway start(Path data) throws IOException {
        return start(data, "");
    }

    /** With further settings, as YAML. */
    static TestGateway start(Path data, String settings) throws IOException {
        return start(data, settings, "{}");
    }

    /** With upstreams, as YAML. */
    static TestGateway start(Path data, String settings, String upstreams) throws IOException {
        return new TestGateway(
                Installation.start(config(data, settings, upstreams), 2, List.of(ADMIN_KEY, OTHER_ADMIN_KEY), 50));
    }

    /** On books that other gateways share. */
    static TestGateway start(Path data, String settings, Supplier<Records> books) throws IOException {
        return new TestGateway(Installation.start(
                config(data, settings, "{}"), 2, List.of(ADMIN_KEY, OTHER_ADMIN_KEY), 50, own -> books.get()));
    }

    /** On books that other gateways share, with upstreams, as YAML. */
    static TestGateway start(Path data, String settings, String upstreams, Supplier<Records> books) throws IOException {
        return new TestGateway(Installation.start(
                config(data, settings, upstreams), 2, List.of(ADMIN_KEY, OTHER_ADMIN_KEY), 50, own -> books.get()));
    }

    static TollgateConfig config(Path data, String settings, String upstreams) throws IOException {
        Path file = Files.createTempFile(data.getParent(), "tollgate", ".yaml");
        Files.writeString(
                file,
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\nupstreams: " + upstreams + "\ndata_dir: '"
                        + data + "'\n" + (settings.contains("lame_duck_s") ? "" : "lame_duck_s: 0\n") + settings);
        return ConfigFile.read(file, Map.of());
    }

    /** A test wallet with a key. */
    record Account(String wallet, String key) {}

    Account account(String balance) {
        return account("tests", balance, false);
    }

    /** A test wallet of an organisation of its own. */
    Account account(String organisation, String balance) {
        return account(organisation, balance, false);
    }

    /** A wallet of real money, whose requests go to the upstreams that were given. */
    Account liveAccount(String balance) {
        return account("tests", balance, true);
    }

    private Account account(String organisation, String balance, boolean live) {
        String wallet = installation
                .office()
                .createWallet(organisation, "w", live, "test")
                .id();
        if (!balance.equals("0")) {
            installation.office().topUp(wallet, Usd.parse(balance), "start", "test");
        }
        return new Account(
                wallet,
                installation
                        .office()
                        .createKey(wallet, "k", null, null, List.of(), null)
                        .secret());
    }

    static String chat(boolean stream, int maxTokens) {
        String ceiling = maxTokens > 0 ? ",\"max_completion_tokens\":" + maxTokens : "";
        return "{\"model\":\"gpt-4o-mini\",\"stream\":" + stream + ceiling
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";
    }

    HttpRequest request(Account account, String body, String directives) {
        return HttpRequest.newBuilder(URI.create(installation.baseUrl() + "/chat/completions"))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + account.key)
                .header("Content-Type", "application/json")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> ask(Account account, String body, String directives) throws IOException, InterruptedException {
        return http.send(
                request(account, body, directives), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** With one more field in its head. */
    HttpResponse<String> ask(Account account, String body, String directives, String name, String value)
            throws IOException, InterruptedException {
        return http.send(
                with(request(account, body, directives), name, value),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** The same, as it came. */
    HttpResponse<byte[]> askBytes(Account account, String body, String directives, String name, String value)
            throws IOException, InterruptedException {
        return http.send(
                with(request(account, body, directives), name, value), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpRequest with(HttpRequest request, String name, String value) {
        return HttpRequest.newBuilder(request, (field, old) -> true)
                .header(name, value)
                .build();
    }

    CompletableFuture<HttpResponse<String>> askLater(Account account, String body, String directives) {
        return http.sendAsync(
                request(account, body, directives), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** To another path than that of chat. */
    HttpResponse<String> post(Account account, String path, String body, String directives, String... more)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(installation.baseUrl()).resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + account.key)
                .header("Content-Type", "application/json")
                .header("X-Sandbox", directives)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (more.length > 0) {
            request.headers(more);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    HttpResponse<String> get(Account account, String path) throws IOException, InterruptedException {
        URI root = URI.create(installation.baseUrl()).resolve(path);
        return http.send(
                HttpRequest.newBuilder(root)
                        .header("Authorization", "Bearer " + account.key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Lets requests go that wait at the sandbox's barrier. */
    void releaseSandbox() throws IOException, InterruptedException {
        URI release = URI.create("http://127.0.0.1:" + installation.sandbox().port() + "/sandbox/release");
        http.send(
                HttpRequest.newBuilder(release)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    int port() {
        return URI.create(installation.baseUrl()).getPort();
    }

    @Override
    public void close() {
        lag.close();
        http.close();
        installation.close();
        if (!lagExpected) {
            lag.assertNoneWasHeldUp();
        }
    }
}
