package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateBookTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final RateCard OWN = Cards.card("gpt-4o", List.of("gpt-4o-2024-08-06"), "input=2.5 output=10");
    private static final RateCard MINI = Cards.card("gpt-4o-mini", List.of(), "input=0.15 output=0.6");
    private static final RateBook BOOK = RateBook.of(List.of(OWN, MINI));

    @Test
    void a_model_is_found_by_its_name_and_by_its_aliases() {
        assertThat(BOOK.resolve("gpt-4o", NOW)).isEqualTo(BOOK.resolve("gpt-4o-2024-08-06", NOW));
        assertThat(rates(BOOK, "gpt-4o-2024-08-06").model()).isEqualTo("gpt-4o");
        assertThat(BOOK.names(NOW)).containsOnlyKeys("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-mini");
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o-mni, gpt-4o-mini",
        "gpt4o, gpt-4o",
        "GPT-4o, gpt-4o",
        "gpt-4o-2024-08-07, gpt-4o-2024-08-06",
        "llama-3-70b, ",
        "'', "
    })
    void an_unknown_model_is_refused_with_the_nearest_name(String model, String nearest) {
        assertThat(BOOK.resolve(model, NOW)).isEqualTo(new Resolution.Unknown(nearest, null));
    }

    @Test
    void a_monstrous_name_has_no_nearest_name() {
        assertThat(BOOK.resolve("gpt-4o".repeat(100_000), NOW)).isEqualTo(new Resolution.Unknown(null, null));
    }

    @Test
    void unknown_models_cost_the_default_where_one_is_set_and_known_ones_do_not() {
        RateBook book = BOOK.withUnknownModelsAs(Cards.card("unknown_model", List.of(), "input=1 output=3"));
        assertThat(book.resolve("llama-3-70b", NOW)).isInstanceOfSatisfying(Resolution.Priced.class, priced -> {
            assertThat(priced.byDefault()).isTrue();
            assertThat(priced.rates().amount(Cards.usage("input=1 output=1"), Terms.STANDARD, Markup.NONE))
                    .isEqualTo(new Usd(4_000));
        });
        assertThat(book.resolve("gpt-4o", NOW))
                .isInstanceOfSatisfying(
                        Resolution.Priced.class,
                        priced -> assertThat(priced.byDefault()).isFalse());
    }

    @Test
    void an_own_card_replaces_the_built_in_one_under_all_its_names() {
        RateBook book = BOOK.with(List.of(Cards.card("gpt-4o", List.of("ours"), "input=9 output=9")));
        for (String name : List.of("gpt-4o", "gpt-4o-2024-08-06", "ours")) {
            assertThat(rates(book, name).card().rates()).isEqualTo(Cards.perMillion("input=9 output=9"));
        }
    }

    @Test
    void an_own_card_of_a_dated_name_replaces_that_name_alone() {
        RateBook book = BOOK.with(List.of(Cards.card("gpt-4o-2024-08-06", List.of(), "input=9 output=9")));
        assertThat(rates(book, "gpt-4o").card()).isEqualTo(OWN);
        assertThat(rates(book, "gpt-4o-2024-08-06").model()).isEqualTo("gpt-4o-2024-08-06");
    }

    @Test
    void an_exchange_is_settled_by_the_model_that_answered_where_that_is_known() {
        ModelRates asked = rates(BOOK, "gpt-4o");
        assertThat(BOOK.settling(asked, "gpt-4o-mini", NOW).model()).isEqualTo("gpt-4o-mini");
        assertThat(BOOK.settling(asked, "gpt-4o-2031-01-01", NOW)).isSameAs(asked);
        assertThat(BOOK.settling(asked, null, NOW)).isSameAs(asked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "output=1                       | no 'input'",
                "input=-1 output=1              | usd_per_million.input: -1",
                "input=1 output=0.0000000000000000001 | usd_per_million.output: 0.0000000000000000001",
                "input=1000000001 output=1      | usd_per_million.input: 1000000001",
            })
    void a_card_without_sound_rates_is_refused(String rates, String message) {
        assertThatThrownBy(() -> Cards.model(rates))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void thresholds_ascend() {
        assertThatThrownBy(() -> Cards.model("input=1 output=1", 10, "input=1 output=1", 10, "input=1 output=1"))
                .hasMessageContaining("above_prompt_tokens: 10 (expected: above 10)");
    }

    private static ModelRates rates(RateBook book, String model) {
        return ((Resolution.Priced) book.resolve(model, NOW)).rates();
    }
}
