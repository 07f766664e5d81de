package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.TestGateway.Account;

/** What goes up to AWS is signed with the gateway's own credentials: over the body that is sent, whatever the client signed. */
@SuppressWarnings("NullAway.Init") // started before each test
class SignedBedrockTest {
    private static final String PATH = "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse";

    @TempDir
    Path folder;

    private SignedUpstream upstream;

    @BeforeEach
    void listen() throws IOException {
        upstream = new SignedUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        upstream.close();
    }

    private static String body(int bytes) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"" + "x".repeat(bytes) + "\"}]}]}";
    }

    private static HttpResponse<String> ask(TestGateway gateway, Account account, String body) throws Exception {
        return gateway.post(
                account, PATH, body, "", "x-amz-date", "20200101T000000Z", "x-amz-security-token", "the client's");
    }

    /** A small body is signed at once, a large one beside the event loop; both have their ceiling set by us. */
    @ParameterizedTest
    @ValueSource(ints = {10, 400_000})
    void the_signature_is_over_what_is_sent(int bytes) throws Exception {
        try (TestGateway gateway =
                TestGateway.start(folder.resolve("data"), "", upstream.yaml(SignedUpstream.SECRET, ""))) {
            Account account = gateway.liveAccount("0.60");
            HttpResponse<String> answer = ask(gateway, account, body(bytes));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Tollgate-Clamped")).isPresent();
            assertThat(upstream.body()).contains("\"inferenceConfig\":{\"maxTokens\":");
            assertThat(upstream.fields()).doesNotContainKey("x-amz-security-token");
            assertThat(String.join(" ", upstream.fields().values())).doesNotContain(account.key());
        }
    }

    @Test
    void temporary_credentials_show_their_session() throws Exception {
        try (TestGateway gateway = TestGateway.start(
                folder.resolve("data"), "", upstream.yaml(SignedUpstream.SECRET, ", session_token: our-session"))) {
            HttpResponse<String> answer = ask(gateway, gateway.liveAccount("1.00"), body(10));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(upstream.fields()).containsEntry("x-amz-security-token", "our-session");
        }
    }

    @Test
    void credentials_that_are_wrong_are_the_operators_business() throws Exception {
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "", upstream.yaml("wrong", ""))) {
            Account account = gateway.liveAccount("1.00");
            HttpResponse<String> answer = ask(gateway, account, body(10));
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.headers().firstValue("x-amzn-errortype")).contains("InternalServerException");
            assertThat(answer.body()).contains("upstream_credentials").doesNotContain("signature");
            assertThat(gateway.get(account, "/v1/wallet").body()).contains("\"balance\":\"1.00\"", "\"held\":\"0.00\"");
        }
    }

    @Test
    void a_clock_that_differs_is_learnt_from_the_refusal_and_forgotten_when_it_is_right_again() throws Exception {
        try (TestGateway gateway =
                TestGateway.start(folder.resolve("data"), "", upstream.yaml(SignedUpstream.SECRET, ""))) {
            Account account = gateway.liveAccount("1.00");
            for (Duration ahead : new Duration[] {Duration.ofHours(1), Duration.ofMinutes(-30), Duration.ZERO}) {
                upstream.clockIsAhead(ahead);
                assertThat(ask(gateway, account, body(10)).statusCode())
                        .as("%s", ahead)
                        .isEqualTo(502);
                assertThat(ask(gateway, account, body(10)).statusCode())
                        .as("%s", ahead)
                        .isEqualTo(200);
            }
        }
    }
}
