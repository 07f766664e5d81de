package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.simulator.SandboxLog;

/** OpenAI's language at Azure's paths, through a whole gateway. */
class AzureEndToEndTest {
    private static final String BODY = "{%s\"messages\":[{\"role\":\"user\",\"content\":\"Say something.\"}]}";

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start(folder.resolve("data"));
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        gateway.close();
    }

    private static HttpResponse<String> ask(Account account, String method, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                        .header("api-key", account.key())
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21, ''",
        "/openai/v1/chat/completions, '\"model\":\"gpt-4o-mini\",'",
    })
    void a_deployment_is_charged_by_the_model_that_answers(String path, String model) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer = ask(account, "POST", path, BODY.formatted(model));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Model")).hasValue("gpt-4o-mini-2024-07-18");
        // 7 tokens at 0.15 and 6 at 0.60 dollars a million
        assertThat(answer.headers().firstValue("X-Usage-Cost")).hasValue("0.00000465");
        SandboxLog.Seen seen = Objects.requireNonNull(
                Objects.requireNonNull(gateway.installation.sandbox()).log().last());
        assertThat(seen.target()).isEqualTo(path);
        assertThat(seen.headers()).containsEntry("api-key", "sandbox");
        HttpResponse<String> stream = ask(account, "POST", path, BODY.formatted(model + "\"stream\":true,"));
        assertThat(stream.body())
                .contains(": tollgate {\"usage_cost\":\"0.00000465\"")
                .endsWith("\n\n");
    }

    @Test
    void what_is_not_served_or_not_priced_is_refused_in_openais_shape() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> unpriced =
                ask(account, "POST", "/openai/deployments/nobody-knows/chat/completions", BODY.formatted(""));
        assertThat(unpriced.statusCode()).isEqualTo(400);
        assertThat(unpriced.body()).contains("\"code\":\"model_not_priced\"");
        HttpResponse<String> unserved =
                ask(account, "POST", "/openai/deployments/gpt-4o-mini/audio/speech", BODY.formatted(""));
        assertThat(unserved.statusCode()).isEqualTo(404);
        assertThat(ask(account, "GET", "/openai/v1/models", "").body())
                .contains("\"id\":\"gpt-4o-mini\"")
                .doesNotContain("azure/", "claude");
    }
}
