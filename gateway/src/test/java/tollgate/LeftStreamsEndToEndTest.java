package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.http.Transport;
import tollgate.pricing.Usd;
import tollgate.simulator.Sandbox;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams whose clients leave: closed and estimated, or read to their end and charged as reported, as an upstream is told. */
@SuppressWarnings("NullAway.Init") // made before all tests
class LeftStreamsEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int TOKENS = 600;

    @TempDir
    Path folder;

    private static EventLoopGroup loops;
    private static Sandbox provider;

    @BeforeAll
    static void start() {
        Transport transport = Transport.best();
        loops = transport.loops(1, "provider");
        provider = Sandbox.start(0, transport, loops);
    }

    @AfterAll
    static void stop() {
        provider.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest(name = "{0} {1} {2}: drained {3}")
    @CsvSource({
        "strict,   gpt-4o-mini, '',                    false",
        "strict,   gpt-4o-mini, 'client_gone: drain',  true",
        "tranches, gpt-4o-mini, 'client_gone: drain',  true",
        "tranches, gpt-4o-mini, 'client_gone: cancel', false",
        "strict,   gpt-5-mini,  '',                    true",
        "strict,   gpt-5-mini,  'client_gone: cancel', false",
    })
    void a_left_stream_is_charged_as_its_upstream_is_told(String mode, String model, String told, boolean drained)
            throws Exception {
        String upstream = "{provider: {dialect: openai, base_url: 'http://127.0.0.1:" + provider.port()
                + "', api_key: k" + (told.isEmpty() ? "" : ", " + told) + "}}";
        try (TestGateway gateway = TestGateway.start(
                folder.resolve("data"), "holds: {mode: " + mode + ", tranche_tokens: 64}\n", upstream)) {
            Account account = gateway.liveAccount("5.00");
            try (Socket client = ask(gateway, account, model)) {
                assertThat(client.getInputStream().readNBytes(6_000)).hasSize(6_000);
                client.setSoLinger(true, 0);
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !gateway.installation
                            .records()
                            .exchanges()
                            .last(account.wallet(), 1)
                            .isEmpty());
            var exchange = gateway.installation
                    .records()
                    .exchanges()
                    .last(account.wallet(), 1)
                    .getFirst();
            JsonNode record = MAPPER.readTree(exchange.record());
            assertThat(exchange.ended()).isEqualTo("client_gone");
            assertThat(record.path("hold_mode").asString()).isEqualTo(mode);
            assertThat(exchange.estimated()).isNotEqualTo(drained);
            long output = record.path("units").path("output").asLong();
            if (drained) {
                assertThat(output).isEqualTo(TOKENS);
            } else {
                assertThat(output).isBetween(10L, TOKENS / 2L);
                assertThat(record.path("lines").toString()).contains("estimated from its text by the ratio of gpt");
            }
            assertThat(new Usd(exchange.charge()))
                    .isLessThanOrEqualTo(Usd.parse(record.path("held").asString()));
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(gateway.installation.verify().get("problems"))
                        .asString()
                        .isEqualTo("[]");
                assertThat(MAPPER.readTree(gateway.get(account, "/v1/wallet").body())
                                .path("held")
                                .asString())
                        .isEqualTo("0.00");
            });
        }
    }

    private static Socket ask(TestGateway gateway, Account account, String model) throws Exception {
        String body = "{\"model\":\"" + model
                + "\",\"stream\":true,\"max_completion_tokens\":4000,\"messages\":[{\"role\":\"user\",\"content\":\"Go on.\"}]}";
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + account.key()
                                + "\r\nX-Sandbox: tokens=" + TOKENS + ", pace=3ms\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }
}
