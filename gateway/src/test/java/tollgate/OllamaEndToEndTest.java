package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ollama's own language through a whole gateway: models of one's own, priced by a card of one's own. */
class OllamaEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    private static TestGateway gateway;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        Path cards = folder.resolve("own.yaml");
        Files.writeString(cards, """
                provider: ollama
                source: https://rates.example
                seen: 2026-11-01
                models:
                  - model: llama3.2
                    limits: { context: 8192, max_output_tokens: 4096, visible_output: true }
                    usd_per_million: { input: "1.00", output: "2.00" }
                  - model: all-minilm
                    service: embeddings
                    limits: { context: 512, max_output_tokens: 1, visible_output: true }
                    usd_per_million: { input: "1.00" }
                """);
        gateway = TestGateway.start(folder.resolve("data"), "prices: {files: ['" + cards + "']}\n");
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        gateway.close();
    }

    private static HttpResponse<String> ask(int port, String key, String path, String body, String told)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer " + key)
                        .header("X-Sandbox", told)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> ask(Account account, String path, String body, String told)
            throws IOException, InterruptedException {
        return ask(gateway.port(), account.key(), path, body, told);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static JsonNode shown(Account account, HttpResponse<?> answer) throws Exception {
        return MAPPER.readTree(gateway.get(account, "/v1/exchanges/" + header(answer, "X-Tollgate-Request-Id"))
                .body());
    }

    @ParameterizedTest
    @CsvSource({
        "/api/chat, '{\"model\":\"llama3.2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}'",
        "/api/generate, '{\"model\":\"llama3.2\",\"prompt\":\"Hello!\"}'",
    })
    void an_answer_is_charged_by_the_token_streamed_and_whole(String path, String body) throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> stream = ask(account, path, body, "tokens=10");
        HttpResponse<String> direct =
                ask(Objects.requireNonNull(gateway.installation.sandbox()).port(), "k", path, body, "tokens=10");
        assertThat(stream.body()).isEqualTo(direct.body()).contains("\"done\":true");
        assertThat(header(stream, "Content-Type")).startsWith("application/x-ndjson");
        // 5 tokens at 1.00 and 10 at 2.00 dollars a million
        Usd charge = new Usd(5_000 + 20_000);
        JsonNode shown = shown(account, stream);
        assertThat(shown.path("charge").asString()).isEqualTo(charge.toString());
        assertThat(shown.path("ended").asString()).isEqualTo("complete");
        assertThat(shown.path("estimated").asBoolean()).isFalse();
        HttpResponse<String> whole = ask(account, path, body.replaceFirst("}$", ",\"stream\":false}"), "tokens=10");
        assertThat(header(whole, "X-Usage-Cost")).isEqualTo(charge.toString());
        assertThat(header(whole, "X-Model")).isEqualTo("llama3.2");
    }

    @Test
    void an_answer_nobody_said_the_end_of_ends_where_its_hold_does() throws Exception {
        Account account = gateway.account("1.00");
        String body = "{\"model\":\"llama3.2\",\"prompt\":\"Hello!\",\"stream\":false}";
        HttpResponse<String> answer = ask(account, "/api/generate", body, "tokens=5000");
        assertThat(MAPPER.readTree(answer.body()).path("eval_count").intValue()).isEqualTo(4_096);
    }

    @Test
    void a_stream_that_breaks_ends_with_an_error_line_and_charges_what_came() throws Exception {
        Account account = gateway.account("1.00");
        String body = "{\"model\":\"llama3.2\",\"prompt\":\"Hello!\"}";
        HttpResponse<String> answer = ask(account, "/api/generate", body, "tokens=100, cut=3000");
        assertThat(answer.body().lines().toList().getLast())
                .startsWith("{\"error\":\"the upstream's answer broke off")
                .endsWith("}");
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_cut");
        assertThat(Usd.parse(shown.path("charge").asString())).isBetween(new Usd(2_000), new Usd(205_000));
        assertThat(shown.path("estimated").asBoolean()).isTrue();
    }

    @Test
    void vectors_models_and_refusals_are_ollamas() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> vectors =
                ask(account, "/api/embed", "{\"model\":\"all-minilm\",\"input\":[\"Hello you\",\"again\"]}", "");
        assertThat(header(vectors, "X-Usage-Cost")).isEqualTo(new Usd(5_000).toString());
        assertThat(MAPPER.readTree(gateway.get(account, "/api/tags").body())
                        .path("models")
                        .findValuesAsString("name"))
                .containsExactly("all-minilm", "llama3.2");
        HttpResponse<String> refused = ask(account, "/api/pull", "{\"model\":\"llama3.2\"}", "");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(refused.body()).path("error").isString()).isTrue();
        HttpResponse<String> key =
                ask(gateway.port(), "tg_test_wrong", "/api/generate", "{\"model\":\"llama3.2\",\"prompt\":\"\"}", "");
        assertThat(key.statusCode()).isEqualTo(401);
        assertThat(MAPPER.readTree(key.body()).path("error").isString()).isTrue();
    }
}
