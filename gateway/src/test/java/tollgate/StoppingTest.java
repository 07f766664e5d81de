package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gateways that are stopped amid their work, and clients that stop. */
@Tag("wide")
class StoppingTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    /** The most that a gateway keeps for a client that takes nothing. */
    private static final long KEPT = 256 * 1024;
    /** How an estimate counts text of gpt's models in large events: tokens in a million bytes. */
    private static final long RATIO = 161_079;

    private static final long BYTES_PER_TOKEN = 7;

    @TempDir
    Path folder;

    @Test
    void what_is_open_when_patience_ends_is_cut_in_the_dialect_and_charged() throws Exception {
        Account account;
        CompletableFuture<String> rest;
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "drain_s: 1\n")) {
            account = gateway.account("1.00");
            Socket socket = ask(gateway, account, "tokens=100000, pace=5ms");
            byte[] first = socket.getInputStream().readNBytes(5_000);
            assertThat(new String(first, StandardCharsets.UTF_8)).contains("data: ");
            rest = CompletableFuture.supplyAsync(() -> {
                try (socket) {
                    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException cut) {
                    return "cut: " + cut;
                }
            });
        }
        String end = rest.get(10, TimeUnit.SECONDS);
        assertThat(end.substring(Math.max(0, end.length() - 1_000)))
                .contains("gateway_stopping")
                .contains(": tollgate {\"usage_cost\":\"0.0")
                .contains("X-Usage-Cost: 0.0");
        try (TestGateway again = TestGateway.start(folder.resolve("data"))) {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                Map<String, @Nullable Object> verified = again.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
            });
            assertThat(again.get(account, "/v1/wallet").body())
                    .contains("\"balance\":\"0.99")
                    .contains("\"held\":\"0.00\"");
        }
    }

    @Test
    void who_is_asked_to_stop_says_so_while_it_serves_and_lets_streams_end() throws Exception {
        TestGateway gateway = TestGateway.start(folder.resolve("data"), "lame_duck_s: 2\ndrain_s: 20\n");
        Account account = gateway.account("1.00");
        try (Socket stream = ask(gateway, account, "tokens=200, pace=20ms");
                Socket kept = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            assertThat(probe(kept)).startsWith("HTTP/1.1 200 ");
            stream.getInputStream().readNBytes(1_000);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(gateway::close);
            await().atMost(Duration.ofSeconds(1)).until(() -> {
                try (Socket balancer = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
                    return probe(balancer).startsWith("HTTP/1.1 503 ");
                }
            });
            try (Socket late = ask(gateway, account, "tokens=5")) {
                assertThat(new String(late.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .contains("onnection: close", "data: [DONE]");
            }
            assertThat(probe(kept)).startsWith("HTTP/1.1 503 ").contains("onnection: close");
            String rest = new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(rest).contains("data: [DONE]").doesNotContain("gateway_stopping");
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    private static String probe(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("}") < 0) {
            answer.append((char) socket.getInputStream().read());
        }
        return answer.toString();
    }

    @Test
    void a_client_that_reads_nothing_holds_the_upstream_back_while_its_hold_lives_and_is_charged_in_the_end()
            throws Exception {
        Duration patience = Duration.ofSeconds(Breadth.full() ? 60 : 6);
        try (TestGateway gateway = TestGateway.start(
                folder.resolve("data"),
                "holds: {life_s: 5}\ntimeouts: {client_stall: "
                        + patience.plusSeconds(3).toSeconds() + "s}\n")) {
            Account account = gateway.account("5.00");
            // a gigabyte, if it were taken
            try (Socket socket = ask(gateway, account, "tokens=10000, event-bytes=100000")) {
                await().atMost(Duration.ofSeconds(5))
                        .until(() -> !wallet(gateway, account, "held").equals(Usd.ZERO));
                Thread.sleep(500);
                Usd held = wallet(gateway, account, "held");
                long before = buffers();
                long until = System.nanoTime() + patience.toNanos();
                while (System.nanoTime() < until) {
                    Thread.sleep(250);
                    assertThat(buffers() - before).as("more bytes of buffers").isLessThanOrEqualTo(KEPT);
                    assertThat(wallet(gateway, account, "held"))
                            .as("renewed past its life of 5 s")
                            .isEqualTo(held);
                }
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> wallet(gateway, account, "held").equals(Usd.ZERO));
                isCharged(gateway, account, held, everything(socket));
            }
        }
    }

    /** All that was scanned is charged, up to the hold; the client's socket took all of that but what was kept. */
    private static void isCharged(TestGateway gateway, Account account, Usd held, String got) throws Exception {
        Matcher id = Pattern.compile("(?i)x-tollgate-request-id: (\\S+)").matcher(got);
        assertThat(id.find()).isTrue();
        JsonNode exchange = MAPPER.readTree(
                gateway.get(account, "/v1/exchanges/" + id.group(1)).body());
        assertThat(exchange.path("ended").asString()).isEqualTo("client_gone");
        assertThat(exchange.path("estimated").asBoolean()).isTrue();
        long taken = Pattern.compile("x{50,}")
                .matcher(got)
                .results()
                .mapToLong(text -> text.end() - text.start())
                .sum();
        long scanned = exchange.path("units").path("output").asLong() * 1_000_000 / RATIO;
        assertThat(scanned - taken).as("bytes kept for the client").isBetween(-BYTES_PER_TOKEN, KEPT);
        assertThat(Usd.parse(exchange.path("charge").asString())).isEqualTo(held);
        assertThat(wallet(gateway, account, "balance"))
                .isEqualTo(Usd.parse("5.00").minus(held));
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Map<String, @Nullable Object> verified = gateway.installation.verify();
            assertThat(verified.get("problems")).asString().isEqualTo("[]");
            assertThat(verified.get("journal_pending")).isEqualTo(0);
        });
    }

    private static Usd wallet(TestGateway gateway, Account account, String amount) throws Exception {
        return Usd.parse(MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                .path(amount)
                .asString());
    }

    /** What the client's socket had taken, read at last. */
    private static String everything(Socket socket) throws IOException {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(got);
        } catch (SocketException cut) {
            // behind what was taken
        }
        return got.toString(StandardCharsets.ISO_8859_1);
    }

    private static long buffers() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static Socket ask(TestGateway gateway, Account account, String told) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(30_000);
        String body = TestGateway.chat(true, 16_000);
        socket.getOutputStream()
                .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + account.key()
                                + "\r\nX-Sandbox: " + told + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }
}
