package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BuiltInCardsTest {
    private static final RateBook BOOK = RateBook.builtIn();
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final Set<String> TEXT = Set.of("chat", "responses");

    @ParameterizedTest
    @CsvSource({
        "gpt-3.5-turbo-0125, input=1000000 output=1000000, 2.00",
        "gpt-4o, input=1200 output=250, 0.0055",
        "gpt-4o-2024-08-06, input=200 cached_input=1000 output=250, 0.00425",
        "gpt-4o-2024-05-13, input=1000 output=1000, 0.02",
        "gpt-4o-mini, input=7 output=1, 0.00000165",
        "gpt-4.1-nano, cached_input=1 output=0, 0.000000025",
        "gpt-5-nano-2025-08-07, cached_input=1 output=0, 0.000000005",
        "o3-2025-04-16, input=1000 output=1000, 0.01",
        "gpt-5.4, input=272000 output=1000, 0.695",
        "gpt-5.4, input=272001 output=1000, 1.382505",
        "gpt-5.6, cache_write=1000 output=0, 0.00625",
        "gpt-5.6-sol, cache_write=272001 output=0, 3.4000125"
    })
    void a_usage_of_a_known_model_comes_to(String model, String usage, String usd) {
        assertThat(rates(model).amount(Cards.usage(usage), Terms.STANDARD, Markup.NONE))
                .isEqualTo(Usd.parse(usd));
    }

    @Test
    void openai_models_of_unseen_reasoning_are_told_apart() {
        Pattern reasons = Pattern.compile("(ft:)?o\\d.*|gpt-5.*|codex-.*|computer-.*");
        assertThat(BOOK.cards().stream()
                        .filter(card -> card.provider().equals("openai") && TEXT.contains(card.service())))
                .hasSizeGreaterThan(50)
                .allSatisfy(card -> assertThat(card.limits().visibleOutput())
                        .as(card.model())
                        .isEqualTo(!reasons.matcher(card.model()).matches()));
    }

    @Test
    void every_card_says_where_it_is_from_and_every_one_of_openai_chat_what_an_image_makes() {
        assertThat(BOOK.cards()).hasSizeGreaterThan(480).allSatisfy(card -> {
            assertThat(card.provider()).isNotEmpty();
            assertThat(card.provenance().source()).startsWith("https://");
            assertThat(card.provenance().seen()).isEqualTo("2026-08-01");
        });
        assertThat(BOOK.cards().stream()
                        .filter(card -> card.provider().equals("openai")
                                && card.service().equals("chat")))
                .allSatisfy(card -> {
                    assertThat(card.limits().typicalOutput())
                            .as(card.model())
                            .isBetween(1L, card.limits().maxOutputTokens());
                    assertThat(card.limits().imageTokensLow()).as(card.model()).isLessThan(30_000);
                });
    }

    @Test
    void every_provider_has_models_of_its_own_name() {
        assertThat(BOOK.cards().stream().map(RateCard::provider).distinct())
                .containsExactly(
                        "openai",
                        "anthropic",
                        "google",
                        "mistral",
                        "deepseek",
                        "groq",
                        "xai",
                        "cohere",
                        "bedrock",
                        "azure");
    }

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-5.6-terra, 2",
        "azure, gpt-5.6-terra, 2.5",
        "azure, gpt-4o-2024-08-06, 2.5",
        "bedrock, us.anthropic.claude-opus-5, 5.5",
        "bedrock, global.anthropic.claude-opus-5, 5",
        "anthropic, claude-sonnet-5, 3"
    })
    void a_name_costs_what_its_own_provider_asks(String provider, String model, String input) {
        ModelRates rates = ((Resolution.Priced) BOOK.resolve(provider, model, NOW)).rates();
        assertThat(rates.card().rates()).containsEntry(UnitClass.INPUT, Rate.perMillion(input));
    }

    /** What nobody prices must not slip in under another name. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt-4o-2099-01-01", "GPT-4O", " gpt-4o", "gpt-5.3-codex-spark", "gpt-4-0314", ""})
    void a_model_without_a_card_is_refused(String model) {
        assertThat(BOOK.resolve(model, NOW)).isInstanceOf(Resolution.Unknown.class);
    }

    private static ModelRates rates(String model) {
        return ((Resolution.Priced) BOOK.resolve(model, NOW)).rates();
    }
}
