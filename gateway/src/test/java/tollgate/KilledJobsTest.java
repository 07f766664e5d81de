package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.embedded.RedisProcess;
import tollgate.http.Transport;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.simulator.Sandbox;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs whose gateway is killed, or whose Redis goes back, on books and a provider that live on. */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class KilledJobsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    /** 7 tokens at 0.15 and 10 at 0.60 dollars a million. */
    private static final long CHARGE = 7_050;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private RedisProcess redis;
    private Sandbox provider;
    private TestGateway one;

    @BeforeEach
    void start() throws Exception {
        Transport transport = Transport.best();
        EventLoopGroup loops = transport.loops(1, "provider");
        started.push(() -> loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
        provider = Sandbox.start(0, transport, loops);
        started.push(provider);
        redis = RedisProcess.start(
                Files.createDirectory(folder.resolve("redis")),
                "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nauto-aof-rewrite-percentage 0");
        started.push(redis);
        one = gateway("one");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each = started.poll(); each != null; each = started.poll()) {
            each.close();
        }
    }

    private String upstreams() {
        return "{openai: {dialect: openai, base_url: 'http://127.0.0.1:" + provider.port()
                + "', api_key: sk-operator}}";
    }

    private String settings() {
        return "redis: {url: 'redis://127.0.0.1:" + redis.port() + "', place_wait_ms: 20000}\nholds: {life_s: 10}\n";
    }

    private Path books() {
        return folder.resolve("shared.db");
    }

    private TestGateway gateway(String name) throws IOException {
        TestGateway gateway = TestGateway.start(
                        folder.resolve(name), settings(), upstreams(), () -> Records.sqlite(books()))
                .expectingLag();
        started.push(gateway);
        return gateway;
    }

    private Process child() throws IOException {
        Path data = folder.resolve("child");
        Files.createDirectories(data);
        Files.deleteIfExists(data.resolve("ready.json"));
        Path file = folder.resolve("child.yaml");
        Files.writeString(
                file,
                "listen: {gateway: '127.0.0.1:0', admin: '127.0.0.1:0'}\nupstreams: " + upstreams() + "\ndata_dir: '"
                        + data + "'\nlame_duck_s: 0\n" + settings());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "tollgate.ChildGateway",
                        file.toString(),
                        books().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("child-" + System.nanoTime()).toFile())
                .start();
        started.push(() -> {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        });
        await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(data.resolve("ready.json")));
        return process;
    }

    private String childUrl() throws IOException {
        return MAPPER.readTree(Files.readString(folder.resolve("child").resolve("ready.json")))
                .path("base_url")
                .asString();
    }

    private static HttpResponse<String> begin(String baseUrl, Account account, String more, String told)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(baseUrl + "/responses"))
                            .header("Authorization", "Bearer " + account.key())
                            .header("X-Sandbox", told)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                            + "\"background\":true" + more + "}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String exchange(HttpResponse<?> answer) {
        return answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body());
    }

    /** It was charged once, exactly, and nothing is left of it. */
    private void isChargedOnce(TestGateway gateway, Account account, String exchange) {
        Records records = gateway.installation.records();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
            assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            assertThat(records.exchanges().find(exchange)).hasValueSatisfying(row -> {
                assertThat(row.charge()).isEqualTo(CHARGE);
                assertThat(row.ended()).isEqualTo("complete");
                assertThat(row.reconstructed()).isFalse();
            });
            assertThat(records.ledger().allOfExchange(exchange).stream()
                            .mapToLong(entry -> entry.amount())
                            .sum())
                    .isEqualTo(-CHARGE);
            assertThat(records.jobs().isOpen(exchange)).isFalse();
            assertThat(records.exchanges().last(account.wallet(), 100)).hasSize(1);
        });
    }

    @Test
    void a_killed_gateways_job_is_settled_once_by_another_whatever_its_maker_fetches_meanwhile() throws Exception {
        Account account = one.liveAccount("1.00");
        Process child = child();
        HttpResponse<String> begun = begin(childUrl(), account, "", "tokens=10, job=4s");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        child.destroyForcibly().waitFor();
        String id = json(begun).path("id").asString();
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> shown = one.get(account, "/v1/responses/" + id);
            assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
            TimeUnit.MILLISECONDS.sleep(100);
        }
        isChargedOnce(one, account, exchange(begun));
        assertThat(one.get(one.liveAccount("1.00"), "/v1/responses/" + id).statusCode())
                .isEqualTo(404);
        child();
        isChargedOnce(one, account, exchange(begun));
    }

    @Test
    void a_gateway_that_was_killed_settles_its_jobs_once_it_is_back_also_those_whose_streams_it_relayed()
            throws Exception {
        Account account = one.liveAccount("1.00");
        Account watching = one.liveAccount("1.00");
        Process child = child();
        one.close();
        started.remove(one);
        HttpResponse<String> begun = begin(childUrl(), account, "", "tokens=10, job=1s");
        String streamed;
        try (HttpClient http = HttpClient.newHttpClient()) {
            var open = http.send(
                    HttpRequest.newBuilder(URI.create(childUrl() + "/responses"))
                            .header("Authorization", "Bearer " + watching.key())
                            .header("X-Sandbox", "tokens=10, pace=300ms, job=1s")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gpt-4o-mini\",\"max_output_tokens\":100,\"input\":\"Say something.\","
                                            + "\"stream\":true,\"background\":true}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            open.body().readNBytes(1_500);
            streamed = exchange(open);
            child.destroyForcibly().waitFor();
        }
        child();
        one = gateway("one");
        isChargedOnce(one, account, exchange(begun));
        isChargedOnce(one, watching, streamed);
    }

    @Test
    void a_job_whose_hold_a_redis_set_back_has_lost_holds_again_and_is_charged_once() throws Exception {
        Account account = one.liveAccount("1.00");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> String.valueOf(one.installation.verify().get("problems"))
                        .equals("[]"));
        Path disk = folder.resolve("redis");
        copy(disk.resolve("appendonlydir"), folder.resolve("old"));
        HttpResponse<String> begun = begin(one.installation.baseUrl(), account, "", "tokens=10, job=12s");
        Usd held = held(account);
        assertThat(held.nano()).isPositive();
        redis.kill();
        delete(disk.resolve("appendonlydir"));
        copy(folder.resolve("old"), disk.resolve("appendonlydir"));
        redis.again();
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> held(account).equals(held));
        isChargedOnce(one, account, exchange(begun));
    }

    private Usd held(Account account) throws IOException, InterruptedException {
        return Usd.parse(json(one.get(account, "/v1/wallet")).path("held").asString("0"));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static void delete(Path folder) throws IOException {
        for (Path file : files(folder)) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
