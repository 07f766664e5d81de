package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PriceSettingsTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");

    @Test
    void by_default_the_built_in_cards_apply_and_unknown_models_are_refused() {
        RateBook book = PriceSettings.DEFAULTS.book();
        assertThat(book.resolve("gpt-4o", NOW)).isInstanceOf(Resolution.Priced.class);
        assertThat(book.resolve("llama-3-70b", NOW)).isEqualTo(new Resolution.Unknown(null, null));
        assertThat(PriceSettings.DEFAULTS.markup()).isEqualTo(Markup.NONE);
    }

    @Test
    void without_the_built_in_cards_only_the_files_price(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), """
                source: a contract
                seen: 2026-08-01
                models:
                  - model: ours
                    limits: { context: 1000, max_output_tokens: 100, visible_output: true, typical_output: 10 }
                    image_tokens: { low: 0, high: 0 }
                    usd_per_million: { input: 1, output: 2 }
                """);
        RateBook book = new PriceSettings(false, List.of(file), Markup.NONE, null).book();
        assertThat(book.names(NOW)).containsOnlyKeys("ours");
    }

    @Test
    void unknown_models_cost_what_is_configured_and_the_defaults_for_the_rest() {
        RateCard card = PriceSettings.unknownModel(Cards.rates("output=4"), 1000, 100, false);
        RateBook book = new PriceSettings(true, List.of(), Markup.NONE, card).book();
        assertThat(book.resolve("llama-3-70b", NOW)).isInstanceOfSatisfying(Resolution.Priced.class, priced -> {
            assertThat(priced.byDefault()).isTrue();
            assertThat(priced.rates().limits().maxOutputTokens()).isEqualTo(100);
            assertThat(priced.rates()
                            .amount(
                                    Cards.usage("input=1 cached_input=1 cache_write_1h=1 audio_input=1 output=1"),
                                    Terms.STANDARD,
                                    Markup.NONE)
                            .nano())
                    .isEqualTo(1000 + 100 + 2000 + 1000 + 4000);
        });
        assertThatThrownBy(() -> PriceSettings.unknownModel(Map.of(), 100, 101, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PriceSettings.unknownModel(Cards.rates("output=0"), 1000, 100, false))
                .hasMessageContaining("default_per_million.output: 0 (expected: above 0)");
    }

    @Test
    void an_image_of_an_unknown_model_is_bounded_by_the_greediest_built_in_one() {
        Limits unknown = PriceSettings.unknownModel(
                        Map.of(), PriceSettings.DEFAULT_CONTEXT, PriceSettings.DEFAULT_MAX_OUTPUT_TOKENS, false)
                .limits();
        assertThat(RateBook.builtIn().names(NOW).values())
                .allSatisfy(rates ->
                        assertThat(rates.limits().imageTokensHigh()).isLessThanOrEqualTo(unknown.imageTokensLow()));
    }
}
