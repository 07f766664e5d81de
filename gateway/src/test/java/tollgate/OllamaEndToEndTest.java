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
                  # a thousandth of a dollar a second
                  - model: timed
                    limits: { context: 8192, max_output_tokens: 4096, visible_output: true }
                    usd_per_hour: { gpu_second: "3.60" }
                    usd_per_million: { input: "0", output: "0" }
                    free: [input, output]
                  - model: timed-vectors
                    service: embeddings
                    limits: { context: 512, max_output_tokens: 1, visible_output: true }
                    usd_per_hour: { gpu_second: "3.60" }
                    usd_per_million: { input: "0" }
                    free: [input]
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

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource({
        "/api/chat,     '{\"model\":\"timed\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}',  streamed",
        "/api/chat,     '{\"model\":\"timed\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}',  whole",
        "/api/generate, '{\"model\":\"timed\",\"prompt\":\"Hello!\"}', streamed",
        "/api/embed,    '{\"model\":\"timed-vectors\",\"input\":\"Hello!\"}', vectors",
    })
    void a_model_priced_by_the_second_is_charged_what_its_machine_worked(String path, String body, String form)
            throws Exception {
        Account account = gateway.account("10.00");
        HttpResponse<String> answer = ask(account, path, body, "tokens=10");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode shown = shown(account, answer);
        // 5 thousandths of a second
        assertThat(shown.path("charge").asString()).isEqualTo("0.000005");
        assertThat(shown.path("estimated").asBoolean()).isFalse();
        assertThat(shown.path("units").path("gpu_second").asLong()).isEqualTo(1);
        assertThat(shown.path("lines").toString()).contains("of 0.005 exactly");
    }

    @Test
    void time_is_held_as_long_as_an_exchange_may_last_and_a_broken_answer_costs_the_time_since_it_was_asked_for()
            throws Exception {
        String body = "{\"model\":\"timed\",\"prompt\":\"Hello!\"}";
        // an hour of it is 3.60
        assertThat(ask(gateway.account("3.59"), "/api/generate", body, "tokens=10")
                        .statusCode())
                .isEqualTo(402);
        Account account = gateway.account("3.60");
        HttpResponse<String> answer = ask(account, "/api/generate", body, "tokens=100, pace=10ms, cut=3000");
        JsonNode shown = shown(account, answer);
        assertThat(shown.path("ended").asString()).isEqualTo("upstream_cut");
        assertThat(shown.path("estimated").asBoolean()).isTrue();
        assertThat(Usd.parse(shown.path("charge").asString())).isBetween(Usd.parse("0.00005"), Usd.parse("0.02"));
    }

    @Test
    void what_is_priced_by_the_token_pays_for_no_time() throws Exception {
        Account account = gateway.account("1.00");
        HttpResponse<String> answer =
                ask(account, "/api/generate", "{\"model\":\"llama3.2\",\"prompt\":\"Hello!\"}", "tokens=10");
        assertThat(shown(account, answer).path("units").has("gpu_second")).isFalse();
        assertThat(shown(account, answer).path("lines").toString()).doesNotContain("unpriced\":true");
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
                .containsExactly("all-minilm", "llama3.2", "timed", "timed-vectors");
        HttpResponse<String> refused = ask(account, "/api/pull", "{\"model\":\"llama3.2\"}", "");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(MAPPER.readTree(refused.body()).path("error").isString()).isTrue();
        HttpResponse<String> key =
                ask(gateway.port(), "tg_test_wrong", "/api/generate", "{\"model\":\"llama3.2\",\"prompt\":\"\"}", "");
        assertThat(key.statusCode()).isEqualTo(401);
        assertThat(MAPPER.readTree(key.body()).path("error").isString()).isTrue();
    }
}
