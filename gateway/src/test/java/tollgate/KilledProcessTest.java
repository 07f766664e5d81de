package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway as a process of its own, killed without warning. */
@SuppressWarnings("NullAway.Init") // every test starts one
class KilledProcessTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private Process process;
    private JsonNode ready;

    @AfterEach
    void stop() throws Exception {
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void what_had_left_is_charged_the_rest_is_not_and_no_redis_is_left_behind() throws Exception {
        start();
        long redis = ready.path("redis_pid").asLong();
        Usd before = Usd.parse(wallet().path("balance").asString());
        try (Socket streaming = ask("tokens=5000, pace=5ms");
                Socket waiting = ask("barrier=2")) {
            streaming.getInputStream().readNBytes(20_000);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !wallet().path("held").asString().equals("0.00"));
            Thread.sleep(300);
            process.destroyForcibly().waitFor();
            assertThat(waiting.getInputStream().readAllBytes()).isEmpty();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        ProcessHandle.of(redis).filter(ProcessHandle::isAlive).isEmpty());

        start();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode verified = admin("verify");
            assertThat(verified.path("problems").size()).as(verified.toString()).isZero();
            assertThat(verified.path("journal_pending").asInt()).isZero();
            assertThat(wallet().path("held").asString()).isEqualTo("0.00");
        });
        List<JsonNode> exchanges = admin(
                        "exchanges?wallet=" + ready.path("wallet").asString())
                .path("data")
                .valueStream()
                .toList();
        assertThat(exchanges)
                .hasSize(2)
                .allMatch(each -> each.path("ended").asString().equals("gateway_died"));
        Usd charged = before.minus(Usd.parse(wallet().path("balance").asString()));
        // 20,000 bytes of events are some 90 tokens at 0.60 dollars a million, and no more than twice that had left
        assertThat(charged.nano()).isBetween(20_000L, 400_000L);
        explainsItself(exchanges.stream()
                .filter(each -> !each.path("charge").asString().equals("0.00"))
                .findFirst()
                .orElseThrow());
        assertThat(exchanges)
                .filteredOn(each -> each.path("charge").asString().equals("0.00"))
                .hasSize(1);
    }

    @Wide
    @Test
    void a_stream_whose_hold_grew_is_charged_what_had_left_and_nothing_stays_held() throws Exception {
        Path config = folder.resolve("tranches.yaml");
        Files.writeString(config, "holds: {mode: tranches, tranche_tokens: 100}\n");
        start("--config", config.toString());
        Usd before = Usd.parse(wallet().path("balance").asString());
        try (Socket streaming = ask("tokens=5000, pace=1ms")) {
            streaming.getInputStream().readNBytes(120_000);
            process.destroyForcibly().waitFor();
        }
        start("--config", config.toString());
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode verified = admin("verify");
            assertThat(verified.path("problems").size()).as(verified.toString()).isZero();
            assertThat(verified.path("journal_pending").asInt()).isZero();
            assertThat(wallet().path("held").asString()).isEqualTo("0.00");
        });
        Usd charged = before.minus(Usd.parse(wallet().path("balance").asString()));
        // 120,000 bytes of events are some 500 tokens at 0.60 dollars a million: five tranches
        assertThat(charged.nano()).isBetween(150_000L, 1_500_000L);
        String id = admin("exchanges?wallet=" + ready.path("wallet").asString())
                .path("data")
                .path(0)
                .path("id")
                .asString();
        JsonNode exchange = admin("exchanges/" + id);
        assertThat(exchange.path("ended").asString()).isEqualTo("gateway_died");
        assertThat(exchange.path("hold_mode").asString()).isEqualTo("tranches");
    }

    @Wide
    @Test
    void a_gateway_that_is_killed_while_it_reads_on_for_nobody_charges_once_and_holds_nothing() throws Exception {
        start();
        Usd before = Usd.parse(wallet().path("balance").asString());
        // not all of its output is visible: it is read to its end when its client leaves
        try (Socket streaming = ask("gpt-5-mini", "tokens=5000, pace=2ms")) {
            streaming.getInputStream().readNBytes(20_000);
            streaming.setSoLinger(true, 0);
        }
        Thread.sleep(500);
        assertThat(wallet().path("held").asString()).as("read on").isNotEqualTo("0.00");
        process.destroyForcibly().waitFor();
        start();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode verified = admin("verify");
            assertThat(verified.path("problems").size()).as(verified.toString()).isZero();
            assertThat(verified.path("journal_pending").asInt()).isZero();
            assertThat(wallet().path("held").asString()).isEqualTo("0.00");
        });
        Usd charged = before.minus(Usd.parse(wallet().path("balance").asString()));
        // 20,000 bytes of events are some 90 tokens at 2.00 dollars a million, and as many came in half a second at
        // most
        assertThat(charged.nano()).isBetween(40_000L, 1_500_000L);
        assertThat(admin("exchanges?wallet=" + ready.path("wallet").asString())
                        .path("data")
                        .path(0)
                        .path("ended")
                        .asString())
                .isEqualTo("gateway_died");
    }

    /** What a dead process leaves says what the charge is made of, as a settled exchange does. */
    private void explainsItself(JsonNode charged) throws Exception {
        JsonNode shown = get(
                ready.path("base_url").asString() + "/exchanges/"
                        + charged.path("id").asString(),
                ready.path("key").asString());
        assertThat(shown.path("estimated").asBoolean()).isTrue();
        assertThat(shown.path("units").path("output").asLong()).isBetween(50L, 1_000L);
        assertThat(shown.path("units").path("input").asLong()).isPositive();
        assertThat(shown.path("lines").size()).isEqualTo(2);
        assertThat(shown.path("timings").has("first_byte_us")).isTrue();
        assertThat(shown.path("attempts").path(0).path("failure").asString()).contains("died");
        BigDecimal sum = shown.path("lines")
                .valueStream()
                .map(line -> new BigDecimal(line.path("subtotal").asString()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal charge = new BigDecimal(shown.path("charge").asString());
        assertThat(charge.subtract(sum)).isBetween(BigDecimal.ZERO, new BigDecimal("0.000000001"));
    }

    private void start(String... more) throws Exception {
        Path data = folder.resolve("data");
        Files.deleteIfExists(data.resolve("ready.json"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path").replace(':', File.pathSeparatorChar),
                "tollgate.Main",
                "up",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--admin-port",
                "0"));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out-" + System.nanoTime()).toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(data.resolve("ready.json")));
        ready = MAPPER.readTree(Files.readString(data.resolve("ready.json")));
    }

    private Socket ask(String told) throws IOException {
        return ask("gpt-4o-mini", told);
    }

    private Socket ask(String model, String told) throws IOException {
        String body = TestGateway.chat(true, 10_000).replace("gpt-4o-mini", model);
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                URI.create(ready.path("base_url").asString()).getPort());
        socket.setSoTimeout(30_000);
        OutputStream out = socket.getOutputStream();
        out.write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + ready.path("key").asString() + "\r\nX-Sandbox: " + told + "\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
        return socket;
    }

    private JsonNode wallet() throws IOException, InterruptedException {
        return get(
                ready.path("base_url").asString() + "/wallet", ready.path("key").asString());
    }

    private JsonNode admin(String path) throws IOException, InterruptedException {
        return get(
                ready.path("admin_url").asString() + "/admin/v1/" + path,
                ready.path("admin_key").asString());
    }

    private static JsonNode get(String url, String key) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .header("Authorization", "Bearer " + key)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return MAPPER.readTree(answer.body());
        }
    }
}
