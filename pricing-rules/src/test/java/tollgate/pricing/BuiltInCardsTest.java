package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BuiltInCardsTest {
    private static final RateBook BOOK = RateBook.builtIn();
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final Map<String, ModelRates> NAMES = BOOK.names(NOW);

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
    void models_of_unseen_reasoning_are_told_apart() {
        Pattern reasons = Pattern.compile("o\\d.*|gpt-5.*");
        assertThat(NAMES)
                .hasSizeGreaterThan(50)
                .allSatisfy((name, rates) -> assertThat(rates.limits().visibleOutput())
                        .isEqualTo(!reasons.matcher(name).matches()));
    }

    @Test
    void every_card_has_its_limits_and_image_constants() {
        assertThat(NAMES).allSatisfy((name, rates) -> {
            assertThat(rates.limits().typicalOutput())
                    .isBetween(1L, rates.limits().maxOutputTokens());
            assertThat(rates.limits().imageTokensLow()).isPositive();
            assertThat(rates.priceVersion()).startsWith("2026-08-01/");
        });
    }

    /** What a chat request cannot bound or the chat endpoint does not serve must not slip in under another name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-4o-search-preview",
                "gpt-4o-audio-preview",
                "gpt-5-pro",
                "gpt-5-codex",
                "o1-pro",
                "gpt-image-1",
                "ft:gpt-4o-mini-2024-07-18:org::id",
                "gpt-4o-2099-01-01",
                "GPT-4O",
                " gpt-4o",
                ""
            })
    void a_model_without_a_card_is_refused(String model) {
        assertThat(BOOK.resolve(model, NOW)).isInstanceOf(Resolution.Unknown.class);
    }

    private static ModelRates rates(String model) {
        return ((Resolution.Priced) BOOK.resolve(model, NOW)).rates();
    }
}
