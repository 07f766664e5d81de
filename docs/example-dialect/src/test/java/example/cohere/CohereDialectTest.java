package example.cohere;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway as it is installed, with the dialect beside it on the class path. */
class CohereDialectTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Path RECORDINGS = Path.of(
                    Objects.requireNonNullElse(System.getenv("TOLLGATE_SHARED"), "../../../shared"))
            .resolve("recordings/cohere");
    private static final String CARD = """
            provider: cohere
            source: an example
            seen: 2026-11-28
            models:
              - model: command-a-03-2025
                limits: { context: 256000, max_output_tokens: 8000 }
                usd_per_million: { input: "2.50", output: "10.00" }
            """;
    private static final String QUESTION = """
            {"model":"command-a-03-2025","stream":%s,"messages":[{"role":"user","content":[{"type":"text","text":"%s"}]}]}""";
    private static final String LONG =
            "What is the best language to learn? ".repeat(20).strip();

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger ASKED = new AtomicInteger();
    private static byte[] answer = {};
    private static String contentType = "";

    @SuppressWarnings("NullAway.Init") // started before all tests
    private static HttpServer provider;

    @SuppressWarnings("NullAway.Init") // started before all tests
    private static Process gateway;

    @SuppressWarnings("NullAway.Init") // started before all tests
    private static JsonNode ready;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/v2/chat", exchange -> {
            ASKED.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                body.write(answer);
            }
        });
        provider.start();
        Path card = Files.writeString(folder.resolve("cohere.yaml"), CARD);
        Path config = Files.writeString(folder.resolve("tollgate.yaml"), """
                listen: { gateway: '127.0.0.1:0', admin: '127.0.0.1:0' }
                data_dir: '%s'
                lame_duck_s: 0
                prices: { files: ['%s'] }
                upstreams: { cohere: { dialect: cohere, base_url: 'http://127.0.0.1:%d', api_key: 'k' } }
                """.formatted(
                        folder.resolve("data"), card, provider.getAddress().getPort()));
        Path readyFile = folder.resolve("ready.json");
        gateway = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--enable-native-access=ALL-UNNAMED",
                        "tollgate.Main",
                        "up",
                        "--config",
                        config.toString(),
                        "--ready-file",
                        readyFile.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(readyFile)) {
            assertThat(gateway.isAlive() && System.nanoTime() < until)
                    .as(Files.readString(folder.resolve("log")))
                    .isTrue();
            Thread.sleep(50);
        }
        ready = MAPPER.readTree(Files.readString(readyFile));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        gateway.destroy();
        if (!gateway.waitFor(30, TimeUnit.SECONDS)) {
            gateway.destroyForcibly();
        }
        provider.stop(0);
        HTTP.close();
    }

    @Test
    void a_recorded_stream_costs_what_was_billed_and_leaves_as_it_came_but_for_the_line_that_says_so()
            throws Exception {
        byte[] recorded = recorded(".sse");
        plays(recorded, "text/event-stream");
        HttpResponse<String> got = ask(QUESTION.formatted(true, LONG), key());
        assertThat(got.statusCode()).as(got.body()).isEqualTo(200);
        // 71 read at 2.50, 8 written at 10.00 US dollars a million
        assertThat(got.body()).contains(": tollgate {\"usage_cost\":\"0.0002575\"");
        assertThat(got.body().replaceAll("(?m)^: tollgate .*\n", ""))
                .isEqualTo(new String(recorded, StandardCharsets.UTF_8));
    }

    @Test
    void a_recorded_answer_tells_its_cost_in_its_head() throws Exception {
        byte[] recorded = recorded("vision-models-cohere-command-a-plus-05-2026-can-understand-local-images.json");
        plays(recorded, "application/json");
        HttpResponse<String> got = ask(QUESTION.formatted(false, LONG), key());
        assertThat(got.statusCode()).as(got.body()).isEqualTo(200);
        // 267 read, 66 written
        assertThat(got.headers().firstValue("X-Usage-Cost")).contains("0.0013275");
        assertThat(got.headers().firstValue("X-Total-Tokens")).contains("333");
        assertThat(got.body()).isEqualTo(new String(recorded, StandardCharsets.UTF_8));
    }

    @Test
    void refusals_are_in_its_own_shape_and_never_reach_the_provider() throws Exception {
        int before = ASKED.get();
        for (Map.Entry<String, Integer> bad : Map.of(
                        "{",
                        400,
                        "{\"model\":\"command-a-03-2025\"}",
                        400,
                        "{\"model\":\"nobody\",\"messages\":[]}",
                        400,
                        QUESTION.formatted("\"yes\"", "x"),
                        400,
                        "{\"model\":\"command-a-03-2025\",\"messages\":[{\"role\":\"user\",\"content\":"
                                + "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/x.png\"}}]}]}",
                        400)
                .entrySet()) {
            HttpResponse<String> got = ask(bad.getKey(), key());
            assertThat(got.statusCode()).as(bad.getKey() + got.body()).isEqualTo(bad.getValue());
            assertThat(MAPPER.readTree(got.body()).path("message").isString())
                    .as(got.body())
                    .isTrue();
        }
        HttpResponse<String> unknown = ask(QUESTION.formatted(false, "x"), "tg_live_nobody");
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(MAPPER.readTree(unknown.body()).path("message").isString()).isTrue();
        assertThat(ASKED).hasValue(before);
    }

    @Test
    void a_stream_is_read_alike_wherever_it_is_cut_in_two() throws IOException {
        byte[] recorded = recorded(".sse");
        for (int cut = 0; cut <= recorded.length; cut++) {
            AnswerScanner scanner =
                    new CohereDialect().scanner(Service.CHAT, new AnswerShape(AnswerShape.Form.EVENTS, false, false));
            scanner.scan(Unpooled.wrappedBuffer(recorded, 0, cut));
            scanner.scan(Unpooled.wrappedBuffer(recorded, cut, recorded.length - cut));
            scanner.end(true);
            assertThat(scanner.facts().complete()).as("cut at %d", cut).isTrue();
            assertThat(Objects.requireNonNull(scanner.facts().usage()).units(UnitClass.INPUT))
                    .isEqualTo(71);
            assertThat(Objects.requireNonNull(scanner.facts().usage()).units(UnitClass.OUTPUT))
                    .isEqualTo(8);
            assertThat(scanner.facts().contentBytes()).isEqualTo("Ruby is the best language to learn.".length());
            assertThat(scanner.facts().boundUnits()).isGreaterThanOrEqualTo(8);
        }
    }

    private static String key() {
        return ready.path("key").stringValue();
    }

    private static HttpResponse<String> ask(String body, String key) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(
                                URI.create(ready.path("base_url").stringValue().replaceFirst("/v1$", "/v2/chat")))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void plays(byte[] body, String type) {
        answer = body;
        contentType = type;
    }

    private static byte[] recorded(String ending) throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(RECORDINGS),
                "TOLLGATE_SHARED: '" + RECORDINGS + "' is absent (expected: recordings)");
        try (Stream<Path> all = Files.list(RECORDINGS)) {
            List<Path> found =
                    all.filter(file -> file.toString().endsWith(ending)).toList();
            return Files.readAllBytes(found.getFirst());
        }
    }
}
