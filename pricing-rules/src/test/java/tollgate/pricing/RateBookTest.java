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
    private final RateCard own = Cards.card("gpt-4o", List.of("gpt-4o-2024-08-06"), "input=2.5 output=10");
    private final RateCard mini = Cards.card("gpt-4o-mini", List.of(), "input=0.15 output=0.6");
    private final RateBook known = RateBook.of(List.of(own, mini));

    @Test
    void a_model_is_found_by_its_name_and_by_its_aliases() {
        assertThat(known.resolve("gpt-4o", NOW)).isEqualTo(known.resolve("gpt-4o-2024-08-06", NOW));
        assertThat(rates(known, "gpt-4o-2024-08-06").model()).isEqualTo("gpt-4o");
        assertThat(known.names(NOW)).containsOnlyKeys("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-mini");
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
        assertThat(known.resolve(model, NOW)).isEqualTo(new Resolution.Unknown(nearest, null));
    }

    @Test
    void a_monstrous_name_has_no_nearest_name() {
        assertThat(known.resolve("gpt-4o".repeat(100_000), NOW)).isEqualTo(new Resolution.Unknown(null, null));
    }

    @Test
    void unknown_models_cost_the_default_where_one_is_set_and_known_ones_do_not() {
        RateBook book = known.withUnknownModelsAs(Cards.card("unknown_model", List.of(), "input=1 output=3"));
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
        RateBook book = known.with(List.of(Cards.card("gpt-4o", List.of("ours"), "input=9 output=9")));
        for (String name : List.of("gpt-4o", "gpt-4o-2024-08-06", "ours")) {
            assertThat(rates(book, name).card().rates()).isEqualTo(Cards.perMillion("input=9 output=9"));
        }
    }

    @Test
    void an_own_card_of_a_dated_name_replaces_that_name_alone() {
        RateBook book = known.with(List.of(Cards.card("gpt-4o-2024-08-06", List.of(), "input=9 output=9")));
        assertThat(rates(book, "gpt-4o").card()).isEqualTo(own);
        assertThat(rates(book, "gpt-4o-2024-08-06").model()).isEqualTo("gpt-4o-2024-08-06");
    }

    @Test
    void an_exchange_is_settled_by_the_model_that_answered_where_that_is_known() {
        ModelRates asked = rates(known, "gpt-4o");
        assertThat(known.settling(asked, "gpt-4o-mini", NOW).model()).isEqualTo("gpt-4o-mini");
        assertThat(known.settling(asked, "gpt-4o-2031-01-01", NOW)).isSameAs(asked);
        assertThat(known.settling(asked, null, NOW)).isSameAs(asked);
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

    @Test
    void a_card_of_nobody_in_particular_is_found_at_the_provider_whose_card_it_replaces() {
        RateCard theirs = Cards.card("big", List.of("big-latest"), "input=2 output=4")
                .edit()
                .provider("openai")
                .build();
        RateBook both = RateBook.of(List.of(theirs, Cards.card("big", List.of(), "input=3 output=4")));
        for (String name : List.of("big", "big-latest")) {
            assertThat(both.resolve("openai", name, NOW)).isEqualTo(both.resolve(name, NOW));
            assertThat(both.resolve("openai/" + name, NOW)).isEqualTo(both.resolve(name, NOW));
        }
        assertThat(rates(both, "openai/big").card().rates().get(UnitClass.INPUT))
                .isEqualTo(Rate.perMillion("3"));
        RateBook apart = RateBook.of(List.of(
                theirs,
                Cards.card("big", List.of(), "input=3 output=4")
                        .edit()
                        .provider("azure")
                        .build()));
        assertThat(rates(apart, "openai/big").card().rates().get(UnitClass.INPUT))
                .isEqualTo(Rate.perMillion("2"));
        assertThat(rates(apart, "azure/big").card().rates().get(UnitClass.INPUT))
                .isEqualTo(Rate.perMillion("3"));
    }

    @Test
    void fees_from_elsewhere_apply_where_the_book_has_none() {
        RateCard card = Cards.card("big", List.of(), "input=2 output=4")
                .edit()
                .provider("openai")
                .build();
        Fee own = FeeTest.fee(List.of(), "web_search=0.02");
        RateBook book = RateBook.of(List.of(card), List.of(own))
                .withFees(List.of(FeeTest.fee(List.of(), "web_search=0.05 file_search=0.01")));
        assertThat(book.fees()).hasSize(2).first().isEqualTo(own);
        assertThat(rates(book, "big").card().rates())
                .containsEntry(UnitClass.WEB_SEARCH, Rate.each("0.02"))
                .containsEntry(UnitClass.FILE_SEARCH, Rate.each("0.01"));
        assertThat(RateBook.builtInFees()).isNotEmpty();
    }
}
