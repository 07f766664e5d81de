package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.TestGateway.Account;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Less to pay in a month of much, from a price file to the wire. */
@SuppressWarnings("NullAway.Init") // made before every test
class VolumesEndToEndTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final BigDecimal INPUT = new BigDecimal("0.0000001234567");
    private static final BigDecimal OUTPUT = new BigDecimal("0.0000012");
    private static final BigDecimal STEP = new BigDecimal("0.0002");

    private static final String CARD = """
            provider: house
            source: https://example.com/pricing
            seen: 2026-11-25
            models:
              - model: house-7b
                limits: { context: 8000, max_output_tokens: 1000, visible_output: true, typical_output: 100 }
                usd_per_million: { input: "0.1234567", output: "1.20" }
            volume_tiers:
              - plan: gold
                steps: [{ above_usd: "0.0002", percent_off: "37.5" }]
            """;

    @TempDir
    Path folder;

    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        Path card = folder.resolve("own.yaml");
        Files.writeString(card, CARD);
        gateway = TestGateway.start(folder.resolve("one"), "prices: { files: ['" + card + "'] }");
        Files.writeString(
                Files.createDirectories(folder.resolve("cli")).resolve("ready.json"),
                MAPPER.writeValueAsString(
                        Map.of("admin_url", gateway.installation.adminUrl(), "admin_key", TestGateway.ADMIN_KEY)));
    }

    @AfterEach
    void stop() {
        try {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(gateway.installation.verify().get("problems"))
                                    .asString()
                                    .isEqualTo("[]"));
        } finally {
            gateway.close();
        }
    }

    @Test
    void what_is_charged_above_a_step_costs_less_to_the_nano_dollar_and_says_why() throws Exception {
        Account account = gateway.account("buyer", "5");
        cli("org", "plan", organisation("buyer"), "gold");
        BigDecimal month = BigDecimal.ZERO;
        int less = 0;
        for (int i = 0; i < 8; i++) {
            HttpResponse<String> answer = gateway.ask(
                    account, TestGateway.chat(i % 2 == 0, 100).replace("gpt-4o-mini", "house-7b"), "tokens=90");
            JsonNode exchange = exchange(answer);
            BigDecimal charge = new BigDecimal(exchange.path("charge").asString());
            assertThat(charge).as(exchange.toString()).isEqualByComparingTo(expected(exchange, month));
            BigDecimal shown = BigDecimal.ZERO;
            for (JsonNode line : exchange.path("lines")) {
                shown = shown.add(new BigDecimal(line.path("subtotal").asString()));
            }
            for (JsonNode adjustment : exchange.path("adjustments")) {
                shown = shown.add(new BigDecimal(adjustment.path("usd").asString()));
                less += adjustment.path("reason").asString().startsWith("volume tiers") ? 1 : 0;
            }
            assertThat(shown).as(exchange.toString()).isEqualByComparingTo(charge);
            if (i % 2 == 1) {
                assertThat(answer.headers().firstValue("X-Usage-Cost").orElseThrow())
                        .satisfies(cost -> assertThat(new BigDecimal(cost)).isEqualByComparingTo(charge));
            }
            month = month.add(charge);
        }
        assertThat(less).isBetween(5, 7);

        Account other = gateway.account("other", "5");
        JsonNode without = exchange(
                gateway.ask(other, TestGateway.chat(false, 100).replace("gpt-4o-mini", "house-7b"), "tokens=90"));
        assertThat(without.path("adjustments").toString()).doesNotContain("volume tiers");
    }

    /** The price by the card, of which what lies above the step costs 37.5 % less; rounded up once. */
    private static BigDecimal expected(JsonNode exchange, BigDecimal before) {
        BigDecimal price = INPUT.multiply(
                        new BigDecimal(exchange.path("units").path("input").asLong()))
                .add(OUTPUT.multiply(
                        new BigDecimal(exchange.path("units").path("output").asLong())));
        BigDecimal full = STEP.subtract(before).max(BigDecimal.ZERO).min(price);
        return full.add(price.subtract(full).multiply(new BigDecimal("0.625"))).setScale(9, RoundingMode.CEILING);
    }

    private JsonNode exchange(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String id = answer.headers().firstValue("X-Tollgate-Request-Id").orElseThrow();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> gateway.installation.records().exchanges().find(id).isPresent());
        return cli("exchange", "show", id);
    }

    private String organisation(String name) {
        return gateway.installation
                .records()
                .organisations()
                .byName(name)
                .orElseThrow()
                .id();
    }

    private JsonNode cli(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.resolve("cli").toString(), "--json"));
        StringWriter out = new StringWriter();
        assertThat(Main.execute(
                        new PrintWriter(out, true),
                        new PrintWriter(new StringWriter(), true),
                        all.toArray(String[]::new)))
                .isZero();
        return MAPPER.readTree(out.toString());
    }
}
