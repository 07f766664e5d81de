package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.TestGateway.Account;

/** Errors as hostile or odd upstreams send them: whose account is at fault, and who may read it. */
@SuppressWarnings("NullAway.Init") // started before all tests
class UpstreamErrorsTest {
    private static final String SECRET = "org-SECRET";
    private static final String QUOTA = "{\"error\":{\"message\":\"" + SECRET
            + " exceeded its quota\",\"type\":\"insufficient_quota\",\"param\":null,\"code\":\"insufficient_quota\"}}";
    private static final String LONG = "x".repeat(3_000);

    @TempDir
    static Path folder;

    private static ScriptedUpstream upstream;
    private static TestGateway gateway;
    private static Account account;

    @BeforeAll
    static void start() throws IOException {
        upstream = new ScriptedUpstream();
        gateway = TestGateway.start(folder.resolve("data"), "announce: {hold_bytes: 16KiB}\n", upstream.yaml());
        account = gateway.liveAccount("1.00");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    @AfterEach
    void nothing_was_charged() throws Exception {
        assertThat(gateway.get(account, "/v1/wallet").body()).contains("\"balance\":\"1.00\"", "\"held\":\"0.00\"");
    }

    static Stream<Arguments> quotas() {
        return Stream.of(
                Arguments.of("plain", 429, false, QUOTA),
                Arguments.of("compressed", 429, true, QUOTA),
                Arguments.of("far into a long document", 429, false, QUOTA.replace("exceeded", LONG + " exceeded")),
                Arguments.of("far into a long compressed document", 429, true, QUOTA.replace("exceeded", LONG)),
                Arguments.of(
                        "only its type says so",
                        429,
                        false,
                        "{\"error\":{\"message\":\"" + SECRET + "\",\"type\":\"insufficient_quota\",\"code\":429}}"),
                Arguments.of(
                        "spelled with an escape",
                        429,
                        false,
                        "{\"error\":{\"message\":\"" + SECRET + "\",\"code\":\"insufficient\\u005fquota\"}}"),
                Arguments.of(
                        "a hard limit as a bad request",
                        400,
                        true,
                        "{\"error\":{\"message\":\"" + SECRET + "\",\"code\":\"billing_hard_limit_reached\"}}"),
                Arguments.of("inside an array", 429, false, "[" + QUOTA + "]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("quotas")
    void an_account_of_ours_that_is_at_fault_is_a_502_that_quotes_nothing(
            String story, int status, boolean gzip, String body) throws Exception {
        tell(status, gzip, body);
        for (boolean stream : new boolean[] {false, true}) {
            HttpResponse<byte[]> answer = ask(stream);
            String text = new String(answer.body(), StandardCharsets.UTF_8);
            assertThat(answer.statusCode()).as(text).isEqualTo(502);
            assertThat(text).contains("upstream_credentials").doesNotContain(SECRET);
            assertThat(answer.headers().firstValue("content-encoding")).isEmpty();
        }
    }

    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of(
                        "a prompt that is quoted",
                        "{\"error\":{\"message\":\"what is insufficient_quota?\",\"code\":\"x\"}}"),
                Arguments.of(
                        "a code elsewhere",
                        "{\"code\":\"insufficient_quota\",\"error\":{\"message\":\"m\",\"code\":\"x\"}}"),
                Arguments.of("no JSON", "insufficient_quota"),
                Arguments.of("half a document", "{\"error\":{\"message\":\"m\""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void any_other_error_is_passed_on_as_it_is(String story, String body) throws Exception {
        for (boolean gzip : new boolean[] {false, true}) {
            tell(429, gzip, body);
            HttpResponse<byte[]> answer = ask(false);
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body())
                    .isEqualTo(gzip ? ScriptedUpstream.gzip(body) : body.getBytes(StandardCharsets.UTF_8));
            assertThat(answer.headers().firstValue("content-encoding").isPresent())
                    .isEqualTo(gzip);
        }
    }

    @Test
    void an_error_that_cannot_be_read_is_not_passed_on_but_its_status_is() throws Exception {
        String head = "429 Told\r\nRetry-After: 7\r\nContent-Type: application/json\r\nContent-Encoding: ";
        byte[] plain = QUOTA.getBytes(StandardCharsets.UTF_8);
        String tooLong = QUOTA.replace("exceeded", "x".repeat(200_000));
        upstream.answers(head + "br", plain);
        isReplaced();
        upstream.answers(head + "gzip\r\nContent-Encoding: gzip", ScriptedUpstream.gzip(QUOTA));
        isReplaced();
        upstream.answers(head + "gzip", plain);
        isReplaced();
        upstream.answers(head + "gzip", ScriptedUpstream.gzip(tooLong));
        isReplaced();
        upstream.answers(head + "identity", tooLong.getBytes(StandardCharsets.UTF_8));
        isReplaced();
    }

    @Test
    void what_an_upstream_says_of_our_account_is_the_operators_to_read_and_nobody_elses() throws Exception {
        upstream.answersJson(401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-operator\"}}");
        String id = ask(false).headers().firstValue("x-tollgate-request-id").orElseThrow();
        String holder = gateway.get(account, "/v1/exchanges/" + id).body();
        assertThat(holder).contains("upstream_refused").doesNotContain("Incorrect", "detail", "cost");
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(operatorsView(id))
                        .contains(
                                "\"detail\":\"status 401: {\\\"error\\\":{\\\"message\\\":\\\"Incorrect API key provided: [our key]")
                        .contains("\"payer\":\"operator\"", "\"cost\":\"0.00\"")
                        .doesNotContain("sk-operator"));
    }

    @Test
    void what_came_instead_of_an_answer_is_the_operators_to_read_too() throws Exception {
        upstream.answers("200 OK\r\nContent-Type: text/html", "<h1>Maintenance</h1>".getBytes(StandardCharsets.UTF_8));
        HttpResponse<byte[]> answer = ask(false);
        assertThat(answer.statusCode()).isEqualTo(502);
        String id = answer.headers().firstValue("x-tollgate-request-id").orElseThrow();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(operatorsView(id)).contains("Maintenance"));
        assertThat(gateway.get(account, "/v1/exchanges/" + id).body()).doesNotContain("Maintenance");
    }

    private static String operatorsView(String id) throws Exception {
        URI uri = URI.create(gateway.installation.adminUrl() + "/admin/v1/exchanges/" + id);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(uri)
                                    .header("Authorization", "Bearer " + TestGateway.ADMIN_KEY)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static void isReplaced() throws Exception {
        HttpResponse<byte[]> answer = ask(false);
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(text).isEqualTo(429);
        assertThat(text).contains("upstream_error").doesNotContain(SECRET);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
    }

    private static void tell(int status, boolean gzip, String body) {
        if (gzip) {
            upstream.answersGzip(status, body);
        } else {
            upstream.answersJson(status, body);
        }
    }

    private static HttpResponse<byte[]> ask(boolean stream) throws Exception {
        return gateway.askBytes(account, TestGateway.chat(stream, 100), "", "Accept-Encoding", "gzip");
    }
}
