package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;

/** Clients that take what they want and leave in time: they pay, and leave nothing behind. */
class LeavingClientsTest {
    @TempDir
    Path folder;

    @Test
    void who_takes_all_of_a_whole_answer_but_its_last_bytes_over_http_2_is_owed_nothing() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"))) {
            Account account = gateway.account("50.00");
            int whole = http2(gateway, account, 1 << 20);
            assertThat(whole).isGreaterThan(500);
            for (int i = 0; i < 5; i++) {
                assertThat(http2(gateway, account, whole - 8)).isEqualTo(whole - 8);
            }
            drained(gateway);
            assertThat(owedIfKilledNow()).isEmpty();
            assertThat(gateway.installation.records().exchanges().last(account.wallet(), 10))
                    .hasSize(6)
                    .allMatch(each -> each.charge() > 0);
        }
    }

    private static int http2(TestGateway gateway, Account account, int window) throws IOException {
        try (RawHttp2 client = new RawHttp2(port(gateway), window)) {
            return client.post(
                            "/v1/chat/completions",
                            Map.of("authorization", "Bearer " + account.key(), "x-sandbox", "tokens=200"),
                            TestGateway.chat(false, 500))
                    .length;
        }
    }

    @Test
    void who_leaves_a_long_whole_answer_within_it_is_owed_nothing() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "announce: {hold_bytes: 32MiB}\n")
                .expectingLag()) {
            Account account = gateway.account("50.00");
            try (Socket socket = ask(gateway, account, "gpt-4o-mini", 200, "tokens=100, event-bytes=120000")) {
                InputStream in = socket.getInputStream();
                assertThat(in.readNBytes(3_000_000)).hasSize(3_000_000);
                socket.setSoLinger(true, 0);
            }
            drained(gateway);
            assertThat(owedIfKilledNow()).isEmpty();
            assertThat(last(gateway, account).charge()).isPositive();
        }
    }

    @Test
    void who_leaves_a_whole_answer_just_before_it_comes_pays_for_it() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"))) {
            Account account = gateway.account("50.00");
            gateway.ask(account, TestGateway.chat(false, 4_000), "tokens=2000");
            drained(gateway);
            long stayed = last(gateway, account).charge();
            try (Socket socket = ask(gateway, account, "gpt-4o-mini", 4_000, "tokens=2000, pace=1s")) {
                Thread.sleep(500);
                socket.setSoLinger(true, 0);
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.installation
                                    .records()
                                    .exchanges()
                                    .last(account.wallet(), 5)
                                    .size()
                            == 2);
            Exchanges.Exchange left = gateway.installation.records().exchanges().last(account.wallet(), 5).stream()
                    .filter(each -> each.ended().equals("client_gone"))
                    .findFirst()
                    .orElseThrow();
            assertThat(new Usd(left.charge())).isEqualTo(new Usd(stayed));
            assertThat(left.estimated()).isFalse();
        }
    }

    @Test
    void bodies_of_clients_that_left_before_an_answer_take_no_memory() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "limits: {in_flight_bytes: 2MiB}\n")) {
            Account account = gateway.account("500.00");
            String filler = "x".repeat(200_000);
            for (int i = 0; i < 12; i++) {
                String body = "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"max_completion_tokens\":10,\"messages\":"
                        + "[{\"role\":\"user\",\"content\":\"" + filler + "\"}]}";
                try (Socket socket = send(gateway, account, body, "tokens=10, stall=head")) {
                    Thread.sleep(100);
                    socket.setSoLinger(true, 0);
                }
            }
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> gateway.ask(account, TestGateway.chat(false, 10), "tokens=5")
                                    .statusCode()
                            == 200);
        }
    }

    @Test
    void who_leaves_before_its_hold_is_placed_meanwhile_or_after_it_is_recorded_as_gone_if_at_all() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"))) {
            Account account = gateway.account("1.00");
            for (int i = 0; i < 20; i++) {
                try (Socket socket = send(gateway, account, TestGateway.chat(true, 10), "stall=head")) {
                    // from at once, before anything is asked for, to later than any place takes
                    Thread.sleep(i * 5L);
                    socket.shutdownOutput();
                    assertThat(socket.getInputStream().readAllBytes()).isEmpty();
                }
            }
            drained(gateway);
            List<Exchanges.Exchange> left =
                    gateway.installation.records().exchanges().last(account.wallet(), 50);
            assertThat(left).isNotEmpty().allMatch(each -> each.ended().equals("client_gone"));
        }
    }

    @Test
    void absurd_usage_is_charged_to_a_limit_the_rest_told_and_the_wallet_frozen() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"))) {
            Account account = gateway.account("50.00");
            var answer = gateway.ask(account, TestGateway.chat(false, 10), "tokens=10, reasoning=2000000000");
            assertThat(answer.headers().firstValue("X-Usage-Cost")).contains("10.00");
            drained(gateway);
            assertThat(last(gateway, account).record()).contains("\"disputed\":\"1190.00", "\"overrun\":\"9.99");
            assertThat(gateway.ask(account, TestGateway.chat(false, 10), "tokens=10")
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    private static Exchanges.Exchange last(TestGateway gateway, Account account) {
        return gateway.installation
                .records()
                .exchanges()
                .last(account.wallet(), 1)
                .getFirst();
    }

    private static void drained(TestGateway gateway) {
        await().atMost(Duration.ofSeconds(15))
                .until(() ->
                        Integer.valueOf(0).equals(gateway.installation.verify().get("journal_pending")));
    }

    /** What a process that starts on the journal as it is now would give back, and whom it would settle. */
    private List<String> owedIfKilledNow() throws IOException {
        Path copy = Files.createTempDirectory(folder, "killed");
        try (Stream<Path> files = Files.list(folder.resolve("data/journal"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        List<String> owed = new ArrayList<>();
        try (Journal journal = Journal.open(copy, JournalSettings.DEFAULTS, List.<Executor>of(Runnable::run))) {
            journal.orphans()
                    .forEach(orphan -> owed.add("open: " + orphan.facts().exchange()));
            journal.unretired(Duration.ZERO, entry -> {
                if (journal.unseen(entry.exchange())) {
                    owed.add("unseen: " + entry.exchange());
                }
            });
        }
        return owed;
    }

    private static Socket ask(TestGateway gateway, Account account, String model, int ceiling, String directives)
            throws IOException {
        return send(
                gateway,
                account,
                "{\"model\":\"" + model + "\",\"max_completion_tokens\":" + ceiling
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}",
                directives);
    }

    private static Socket send(TestGateway gateway, Account account, String body, String directives)
            throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(gateway)));
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + account.key()
                                + "\r\nX-Sandbox: " + directives + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static int port(TestGateway gateway) {
        return URI.create(gateway.installation.baseUrl()).getPort();
    }
}
