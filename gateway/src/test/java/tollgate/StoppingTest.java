package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;

/** Gateways that are stopped amid their work, and clients that stop. */
class StoppingTest {
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
    void a_client_that_reads_nothing_holds_the_upstream_back_while_its_hold_lives_and_is_charged_in_the_end()
            throws Exception {
        try (TestGateway gateway =
                TestGateway.start(folder.resolve("data"), "holds: {life_s: 5}\ntimeouts: {client_stall: 9s}\n")) {
            Account account = gateway.account("5.00");
            // a gigabyte, if it were taken
            Socket socket = ask(gateway, account, "tokens=10000, event-bytes=100000");
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> !gateway.get(account, "/v1/wallet").body().contains("\"held\":\"0.00\""));
            Thread.sleep(500);
            long before = buffers();
            Thread.sleep(6_000);
            assertThat(buffers() - before).as("bytes of buffers").isLessThanOrEqualTo(256 * 1024);
            assertThat(gateway.get(account, "/v1/wallet").body())
                    .as("renewed past its life of 5 s")
                    .doesNotContain("\"held\":\"0.00\"");
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> gateway.get(account, "/v1/wallet").body().contains("\"held\":\"0.00\""));
            assertThat(gateway.get(account, "/v1/wallet").body()).doesNotContain("\"balance\":\"5.00\"");
            socket.close();
        }
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
