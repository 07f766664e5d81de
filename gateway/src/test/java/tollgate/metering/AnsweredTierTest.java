package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.azure.AzureDialect;
import tollgate.dialect.bedrock.BedrockDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.pricing.Buyer;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.Resolution;
import tollgate.pricing.ServiceTier;
import tollgate.pricing.Terms;
import tollgate.pricing.Usd;

/** Whatever tier, speed or place was asked for: what answered is charged, and what could answer was held. */
class AnsweredTierTest {
    private static final ModelRates RATES = new ModelRates(tiered());
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);
    private static final String CHAT =
            "{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":100,"
                    + "\"completion_tokens\":10}";
    private static final String RESPONSE = "{\"object\":\"response\",\"status\":\"completed\",\"output\":[],\"usage\":"
            + "{\"input_tokens\":100,\"output_tokens\":10}";
    private static final String MESSAGE = "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\",\"usage\":"
            + "{\"input_tokens\":100,\"output_tokens\":10";
    private static final String GEMINI = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},"
            + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":100,\"candidatesTokenCount\":10";
    private static final String CONVERSE = "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[]}},"
            + "\"stopReason\":\"end_turn\",\"usage\":{\"inputTokens\":100,\"outputTokens\":10,\"totalTokens\":110}";

    /** One dollar a million in and ten out. */
    private static RateCard tiered() {
        RateCard plain = Requests.card("model", "input=1 output=10", true);
        return RateCard.named("model")
                .limits(plain.limits())
                .rates(plain.rates())
                .tiers(Map.of(
                        "flex", new ServiceTier(new BigDecimal("0.5"), Map.of()),
                        "priority", new ServiceTier(new BigDecimal("2"), Map.of()),
                        "fast", new ServiceTier(new BigDecimal("6"), Map.of())))
                .regions(Map.of("us", new BigDecimal("1.1")))
                .build();
    }

    private static Dialect dialect(String name) {
        return switch (name) {
            case "openai" -> new OpenAiDialect();
            case "azure" -> new AzureDialect();
            case "anthropic" -> new AnthropicDialect();
            case "gemini" -> new GeminiDialect();
            default -> new BedrockDialect();
        };
    }

    @ParameterizedTest(name = "{0} {1}, asked {2}, answered {3}: {4}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "openai    | chat      | flex     | \"service_tier\":\"default\"           | 0.0002",
                "openai    | chat      | flex     | \"service_tier\":\"flex\"              | 0.0001",
                "openai    | chat      | priority | \"service_tier\":\"default\"           | 0.0002",
                "openai    | chat      | auto     | \"service_tier\":\"priority\"          | 0.0004",
                "openai    | chat      | -        | \"service_tier\":\"priority\"          | 0.0004",
                "openai    | chat      | priority | \"service_tier\":\"auto\"              | 0.0002",
                "openai    | chat      | flex     | \"service_tier\":\"scale\"             | 0.0002",
                "openai    | chat      | priority | \"service_tier\":null                  | 0.0004",
                "azure     | chat      | priority | \"service_tier\":\"default\"           | 0.0002",
                "openai    | responses | flex     | \"service_tier\":\"default\"           | 0.0002",
                "openai    | responses | auto     | \"service_tier\":\"priority\"          | 0.0004",
                "anthropic | message   | -        | \"service_tier\":\"priority\"          | 0.0004",
                "anthropic | message   | fast     | \"speed\":\"standard\"                 | 0.0002",
                "anthropic | message   | fast     | \"speed\":\"fast\"                     | 0.0012",
                "anthropic | message   | -        | \"inference_geo\":\"us\"               | 0.00022",
                "anthropic | message   | -        | \"inference_geo\":\"global\"           | 0.0002",
                "gemini    | gemini    | priority | \"serviceTier\":\"standard\"           | 0.0002",
                "gemini    | gemini    | -        | \"serviceTier\":\"flex\"               | 0.0001",
                "gemini    | gemini    | -        | \"trafficType\":\"ON_DEMAND_PRIORITY\" | 0.0004",
                "gemini    | gemini    | flex     | \"trafficType\":\"ON_DEMAND\"          | 0.0001",
                "gemini    | gemini    | -        | \"trafficType\":\"PROVISIONED_THROUGHPUT\" | 0.0002",
                "bedrock   | converse  | flex     | \"serviceTier\":{\"type\":\"default\"} | 0.0002",
                "bedrock   | converse  | priority | \"serviceTier\":{\"type\":\"flex\"}    | 0.0001",
                "bedrock   | converse  | flex     | \"serviceTier\":{\"type\":\"priority\"} | 0.0004",
            })
    void what_answered_sets_the_price(String name, String form, @Nullable String asked, String said, String charge) {
        String document = switch (form) {
            case "chat" -> CHAT + "," + said + "}";
            case "responses" -> RESPONSE + "," + said + "}";
            case "message" -> MESSAGE + "," + said + "}}";
            case "gemini" -> GEMINI + "," + said + "}}";
            default -> CONVERSE + "," + said + "}";
        };
        Service service = form.equals("responses") ? Service.RESPONSES : Service.CHAT;
        AnswerScanner scanner = dialect(name).scanner(service, new AnswerShape(false, false, false));
        scanner.scan(Unpooled.wrappedBuffer(document.getBytes(StandardCharsets.UTF_8)));
        scanner.end(true);
        HoldPlan plan = plan(RATES, new MeteredRequest.Conditions(asked, null, null));
        Settlement settled = WHO_PAYS.settle(plan, plan.want(), new Ending.Complete(), Observed.of(scanner.facts()));
        assertThat(settled.total()).isEqualTo(Usd.parse(charge));
        assertThat(settled.estimated()).isFalse();
    }

    @ParameterizedTest(name = "asked {0}: held for {1}")
    @CsvSource(
            nullValues = "-",
            value = {"-, default", "flex, default", "priority, priority", "auto, priority", "fast, fast"})
    void what_is_held_covers_the_dearest_tier_that_may_answer(@Nullable String asked, String dearest) {
        HoldPlan plan = plan(RATES, new MeteredRequest.Conditions(asked, null, null));
        assertThat(plan.want())
                .isEqualTo(RATES.worstCase(
                        1_000, 100, Terms.STANDARD.at(Instant.EPOCH).tier(dearest), Markup.NONE));
    }

    @Test
    void where_nothing_is_dearer_than_usual_any_tier_is_held_as_usual() {
        HoldPlan plan = plan(Requests.RATES, new MeteredRequest.Conditions("auto", null, null));
        assertThat(plan.want())
                .isEqualTo(
                        plan(Requests.RATES, MeteredRequest.Conditions.STANDARD).want());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "openai,  gpt-5-mini,   '{\"model\":\"gpt-5-mini\",\"messages\":[],\"service_tier\":\"flex\"}',     flex",
        "openai,  gpt-5-mini,   '{\"model\":\"gpt-5-mini\",\"messages\":[],\"service_tier\":\"priority\"}', priority",
        "openai,  gpt-5-mini,   '{\"model\":\"gpt-5-mini\",\"messages\":[],\"service_tier\":\"auto\"}',     auto",
        "openai,  gpt-5-mini,   '{\"model\":\"gpt-5-mini\",\"messages\":[],\"service_tier\":\"default\"}',  ''",
    })
    void a_tier_can_be_asked_for_where_the_card_has_its_price(String name, String model, String body, String tier) {
        var reading = dialect(name)
                .read(
                        Service.CHAT,
                        "/v1/chat/completions",
                        Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
        MeteredRequest request = ((RequestReading.Understood) reading).request();
        assertThat(request.asked().tier()).isEqualTo(tier.isEmpty() ? null : tier);
        RateCard card = ((Resolution.Priced) RateBook.builtIn().resolve(model, Instant.parse("2026-11-25T00:00:00Z")))
                .rates()
                .card();
        assertThat(card.tiers()).containsKeys("flex", "priority");
    }

    private static HoldPlan plan(ModelRates rates, MeteredRequest.Conditions asked) {
        MeteredRequest like = Requests.request(100L, 1, 1_000);
        MeteredRequest request = new MeteredRequest(
                Service.CHAT,
                "model",
                true,
                true,
                100L,
                1,
                1_000,
                like.images(),
                0,
                0,
                false,
                null,
                asked,
                null,
                Map.of(),
                List.of(),
                like.splicePoints());
        return HoldPlan.of(
                request,
                rates,
                RateBook.of(List.of(rates.card())),
                Terms.STANDARD.at(Instant.EPOCH),
                Buyer.ANYBODY,
                HoldSettings.DEFAULTS);
    }
}
