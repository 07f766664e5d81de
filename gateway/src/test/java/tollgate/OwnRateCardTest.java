package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An operator adds a model in one edit, and changes its price while the gateway runs. */
final class OwnRateCardTest {
    private static final String CARD = """
            provider: ours
            source: a contract
            seen: 2026-11-25
            models:
              - model: house-7b
                usd_per_million: { input: "0.40", output: "1.20" }
              - model: house-painter
                service: image
                usd_each: { image: "0.04" }
            """;

    @TempDir
    private Path folder;

    private static String body(String model) {
        return TestGateway.chat(false, 100).replace("gpt-4o-mini", model);
    }

    private static BigDecimal rate(HttpResponse<String> answer) {
        JsonNode usage = JsonMapper.builder().build().readTree(answer.body()).path("usage");
        long input = usage.path("prompt_tokens").longValue();
        long output = usage.path("completion_tokens").longValue();
        BigDecimal cost =
                new BigDecimal(answer.headers().firstValue("X-Usage-Cost").orElse("0"));
        // what one token of the prompt costs where one of the answer costs three times as much
        return cost.movePointRight(6).divide(BigDecimal.valueOf(input + 3 * output));
    }

    @Test
    void a_model_of_its_own_is_charged_at_once_and_at_its_new_price_once_the_card_is_changed() throws Exception {
        Path card = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "prices: { files: ['" + card + "'] }")) {
            TestGateway.Account account = gateway.account("5.00");
            HttpResponse<String> answer = gateway.ask(account, body("house-7b"), "tokens=30");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(rate(answer)).isEqualByComparingTo("0.4");

            Files.writeString(card, CARD.replace("0.40", "oops"));
            Thread.sleep(Duration.ofSeconds(4));
            assertThat(rate(gateway.ask(account, body("house-7b"), "tokens=30")))
                    .as("what was in force stays")
                    .isEqualByComparingTo("0.4");

            Files.writeString(card, CARD.replace("0.40", "0.80").replace("1.20", "2.40"));
            long since = System.nanoTime();
            while (rate(gateway.ask(account, body("house-7b"), "tokens=30")).compareTo(new BigDecimal("0.8")) != 0) {
                assertThat(System.nanoTime() - since)
                        .as("nanoseconds for the change to be taken over")
                        .isLessThan(Duration.ofSeconds(60).toNanos());
                Thread.sleep(100);
            }
        }
    }

    @Test
    void a_model_of_another_kind_of_work_is_refused_before_anything_is_forwarded() throws Exception {
        Path card = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (TestGateway gateway = TestGateway.start(folder.resolve("data"), "prices: { files: ['" + card + "'] }")) {
            HttpResponse<String> answer = gateway.ask(gateway.account("5.00"), body("house-painter"), "tokens=30");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body())
                    .contains("model_not_priced")
                    .contains("the model 'house-painter' has no rates for chat");
        }
    }

    @Test
    void a_class_that_only_the_answer_shows_to_be_unpriced_is_charged_nothing_and_alarmed() throws Exception {
        Path card = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (ScriptedUpstream upstream = new ScriptedUpstream();
                TestGateway gateway = TestGateway.start(
                        folder.resolve("data"), "prices: { files: ['" + card + "'] }", upstream.yaml())) {
            upstream.answersJson(200, """
                    {"id":"c","object":"chat.completion","created":1,"model":"house-painter","choices":[{"index":0,
                    "message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
                    "usage":{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9}}""");
            TestGateway.Account account = gateway.liveAccount("5.00");
            HttpResponse<String> answer = gateway.ask(account, body("house-7b"), "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Usage-Cost")).contains("0.00");
            String exchange =
                    answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
            JsonNode lines = JsonMapper.builder()
                    .build()
                    .readTree(gateway.get(account, "/v1/exchanges/" + exchange).body())
                    .path("lines");
            assertThat(lines.valueStream()
                            .filter(line -> line.path("unpriced").booleanValue(false))
                            .map(line -> line.path("class").stringValue()))
                    .containsExactly("input", "output");
            HttpResponse<String> metrics = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(gateway.installation.adminUrl() + "/metrics"))
                                    .header("Authorization", "Bearer " + TestGateway.ADMIN_KEY)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(metrics.body()).contains("tollgate_unpriced_total 1");
        }
    }
}
