package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.http.Transport;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Records;
import tollgate.simulator.Sandbox;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs that outlive what was configured when they began: prices, bundles, upstreams; and providers that answer nothing. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class ChangedJobsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration SOON = Duration.ofSeconds(40);

    private static final String CARD = """
            provider: house
            source: https://example.com/pricing
            seen: 2026-11-25
            models:
              - model: house-7b
                limits: { context: 8000, max_output_tokens: 1000, visible_output: true, typical_output: 100 }
                usd_per_million: { input: "1", output: "2" }
            """;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private RedisProcess redis;
    private Sandbox provider;
    private Path card;

    @BeforeEach
    void start() throws Exception {
        Transport transport = Transport.best();
        EventLoopGroup loops = transport.loops(1, "provider");
        started.push(() -> loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
        provider = Sandbox.start(0, transport, loops);
        started.push(provider);
        redis = RedisProcess.start(
                Files.createDirectory(folder.resolve("redis")), "appendonly yes\nmaxmemory-policy noeviction");
        started.push(redis);
        card = folder.resolve("own.yaml");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    private String provider(String name) {
        return "{" + name + ": {dialect: openai, base_url: 'http://127.0.0.1:" + provider.port()
                + "', api_key: sk-operator}}";
    }

    private TestGateway gateway(String upstreams, boolean priced) throws IOException {
        return gateway(upstreams, priced, 12);
    }

    private TestGateway gateway(String upstreams, boolean priced, int longestJob) throws IOException {
        String settings = "redis: {url: 'redis://127.0.0.1:" + redis.port()
                + "', place_wait_ms: 20000}\nholds: {max_job_s: " + longestJob + "}\n"
                + (priced ? "prices: {files: ['" + card + "']}\n" : "");
        TestGateway gateway = TestGateway.start(
                        folder.resolve("one"), settings, upstreams, () -> Records.sqlite(folder.resolve("shared.db")))
                .expectingLag();
        started.push(gateway);
        return gateway;
    }

    private void close(TestGateway gateway) {
        gateway.close();
        started.remove(gateway);
    }

    private static HttpResponse<String> begin(TestGateway gateway, Account account, String model, String told)
            throws Exception {
        HttpResponse<String> begun = gateway.post(
                account,
                "/v1/responses",
                "{\"model\":\"" + model
                        + "\",\"max_output_tokens\":100,\"input\":\"Say something.\",\"background\":true}",
                told);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        return begun;
    }

    /** Streams, and leaves behind so many bytes. */
    private static String leave(TestGateway gateway, Account account, int bytes, String told) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> open = http.send(
                    HttpRequest.newBuilder(URI.create(gateway.installation.baseUrl() + "/responses"))
                            .header("Authorization", "Bearer " + account.key())
                            .header("X-Sandbox", told)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                            + "\"stream\":true,\"background\":true}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = open.body()) {
                assertThat(new String(body.readNBytes(bytes), StandardCharsets.UTF_8))
                        .contains(".delta");
            }
            return exchange(open);
        }
    }

    private static String exchange(HttpResponse<?> answer) {
        return answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
    }

    private static Exchanges.Exchange settled(TestGateway gateway, String exchange) {
        Records records = gateway.installation.records();
        await().atMost(SOON).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            assertThat(records.exchanges().find(exchange)).isPresent();
            assertThat(records.jobs().isOpen(exchange)).isFalse();
        });
        return records.exchanges().find(exchange).orElseThrow();
    }

    private static Usd balance(TestGateway gateway, Account account) throws Exception {
        JsonNode wallet = MAPPER.readTree(gateway.get(account, "/v1/wallet").body());
        return Usd.parse(wallet.path("balance").asString());
    }

    @Test
    void a_job_whose_card_is_changed_or_gone_is_charged_by_the_prices_that_it_began_with() throws Exception {
        Files.writeString(card, CARD);
        TestGateway first = gateway(provider("openai"), true);
        Account account = first.liveAccount("1.00");
        String gone = exchange(begin(first, account, "house-7b", "tokens=10, job=3s"));
        close(first);
        TestGateway without = gateway(provider("openai"), false);
        // 7 tokens at 1 and 10 at 2 dollars a million
        assertThat(settled(without, gone).charge()).isEqualTo(27_000);
        assertThat(settled(without, gone).ended()).isEqualTo("complete");
        close(without);

        TestGateway again = gateway(provider("openai"), true);
        String dearer = exchange(begin(again, account, "house-7b", "tokens=10, job=3s"));
        close(again);
        Files.writeString(
                card, CARD.replace("\"2\"", "\"200\"") + "markups:\n  - { model: house-7b, percent: \"50\" }\n");
        TestGateway changed = gateway(provider("openai"), true);
        assertThat(settled(changed, dearer).charge()).isEqualTo(27_000);
        assertThat(balance(changed, account)).isEqualTo(Usd.parse("0.999946"));
    }

    @Test
    void a_job_that_no_price_can_be_found_for_is_settled_at_nothing_and_says_so() throws Exception {
        Files.writeString(card, CARD);
        TestGateway first = gateway(provider("openai"), true);
        Account account = first.liveAccount("1.00");
        String job = exchange(begin(first, account, "house-7b", "tokens=10, job=3s"));
        close(first);
        try (Connection books = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("shared.db"));
                Statement change = books.createStatement()) {
            assertThat(change.executeUpdate(
                            "UPDATE job SET asked = replace(asked, '\"prices\":{', '\"unreadable\":{')"))
                    .isEqualTo(1);
        }
        TestGateway without = gateway(provider("openai"), false);
        Exchanges.Exchange row = settled(without, job);
        assertThat(row.charge()).isZero();
        assertThat(row.cost()).isZero();
        assertThat(MAPPER.readTree(row.record()).path("detail").asString()).contains("no price is known");
        assertThat(balance(without, account)).isEqualTo(Usd.parse("1.00"));
    }

    @Test
    void what_a_bundle_has_paid_for_is_charged_to_nobody_though_nobody_sells_it_any_more() throws Exception {
        Files.writeString(
                card, CARD + "bundles:\n  - { name: taste, model: house-7b, tokens: 100000, per: lifetime }\n");
        TestGateway first = gateway(provider("openai"), true);
        Account account = first.liveAccount("1.00");
        String job = exchange(begin(first, account, "house-7b", "tokens=10, job=3s"));
        close(first);
        Files.writeString(card, CARD);
        TestGateway later = gateway(provider("openai"), true);
        assertThat(settled(later, job).charge()).isZero();
        assertThat(balance(later, account)).isEqualTo(Usd.parse("1.00"));
    }

    @Test
    void a_job_whose_upstream_is_gone_is_settled_at_its_deadline_by_what_was_seen_of_it() throws Exception {
        TestGateway first = gateway(provider("openai"), false);
        Account account = first.liveAccount("1.00");
        String unseen = exchange(begin(first, account, "gpt-4o-mini", "job=never"));
        String watched = leave(first, account, 9_000, "tokens=90, pace=20ms, job=never");
        close(first);
        TestGateway renamed = gateway(provider("renamed"), false);
        Exchanges.Exchange partly = settled(renamed, watched);
        assertThat(partly.ended()).isEqualTo("time_limit");
        // at least half of the deltas that left, at 0.60 dollars a million, and the prompt
        assertThat(partly.charge()).isBetween(9_000L, 60_000L);
        JsonNode record = MAPPER.readTree(partly.record());
        assertThat(record.path("estimated").asBoolean()).isTrue();
        assertThat(record.path("detail").asString()).contains("no such upstream");
        assertThat(settled(renamed, unseen).charge()).isZero();
        assertThat(balance(renamed, account)).isEqualTo(new Usd(1_000_000_000L - partly.charge()));
    }

    @Test
    void a_provider_that_hangs_keeps_no_other_providers_jobs_waiting() throws Exception {
        AtomicInteger made = new AtomicInteger();
        Deque<Socket> hanging = new ArrayDeque<>();
        try (ServerSocket hung = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> hang(hung, made, hanging));
            TestGateway gateway = gateway(
                    "{openai: {dialect: openai, base_url: 'http://127.0.0.1:" + hung.getLocalPort()
                            + "', api_key: sk-operator}}",
                    false);
            Account live = gateway.liveAccount("1.00");
            for (int i = 0; i < 70; i++) {
                begin(gateway, live, "gpt-4o-mini", "");
            }
            Account test = gateway.account("1.00");
            String job = exchange(begin(gateway, test, "gpt-4o-mini", "tokens=10, job=2s"));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !gateway.installation.records().jobs().isOpen(job));
            assertThat(balance(gateway, test)).isEqualTo(Usd.parse("0.99999295"));
            // each of the hanging ones is given up at its deadline, nothing is charged for what nobody saw
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(balance(gateway, live)).isEqualTo(Usd.parse("1.00")));
        } finally {
            for (Socket each : List.copyOf(hanging)) {
                each.close();
            }
        }
    }

    @Test
    void a_job_on_a_shard_that_stays_closed_keeps_no_other_shard_from_opening() throws Exception {
        TestGateway gateway = gateway(provider("openai"), false, 120);
        Account stuck = gateway.account("stuck", "1.00");
        Account free = gateway.account("free", "1.00");
        for (int i = 0; shard(gateway, free) == shard(gateway, stuck); i++) {
            free = gateway.account("free" + i, "1.00");
        }
        Account served = free;
        begin(gateway, stuck, "gpt-4o-mini", "job=never");
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + redis.port());
        try (StatefulRedisConnection<String, String> raw = client.connect()) {
            raw.sync().hset("{s" + shard(gateway, stuck) + "}:m", Map.of("line", "of another house", "run", "another"));
            raw.sync().hset("{s" + shard(gateway, served) + "}:m", "run", "another");
        } finally {
            client.shutdown();
        }
        assertThat(gateway.ask(served, TestGateway.chat(false, 10), "tokens=3").statusCode())
                .isEqualTo(503);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateway.ask(served, TestGateway.chat(false, 10), "tokens=3")
                                .statusCode()
                        == 200);
        assertThat(gateway.ask(stuck, TestGateway.chat(false, 10), "tokens=3").statusCode())
                .isEqualTo(503);
    }

    private static int shard(TestGateway gateway, Account account) {
        return gateway.installation
                .records()
                .wallets()
                .find(account.wallet())
                .orElseThrow()
                .shard();
    }

    private static void hang(ServerSocket hung, AtomicInteger made, Deque<Socket> hanging) {
        try {
            while (true) {
                Socket socket = hung.accept();
                synchronized (hanging) {
                    hanging.add(socket);
                }
                Thread.ofVirtual().start(() -> answer(socket, made));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void answer(Socket socket, AtomicInteger made) {
        try {
            InputStream in = socket.getInputStream();
            while (true) {
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int next = in.read();
                    if (next < 0) {
                        return;
                    }
                    head.append((char) next);
                }
                if (head.indexOf("GET ") == 0) {
                    continue;
                }
                String lower = head.toString().toLowerCase(Locale.ROOT);
                int at = lower.indexOf("content-length: ") + 16;
                in.readNBytes(Integer.parseInt(
                        lower.substring(at, lower.indexOf("\r\n", at)).trim()));
                String body = "{\"id\":\"resp_hung" + made.incrementAndGet()
                        + "\",\"object\":\"response\",\"status\":\"queued\",\"model\":\"gpt-4o-mini\",\"output\":[],"
                        + "\"background\":true,\"error\":null,\"usage\":null}";
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
            }
        } catch (IOException left) {
            // the gateway gave it up
        }
    }
}
