package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FeeTest {
    private static final Provenance SEEN = new Provenance("a test", "2026-08-01");

    private final RateCard card = Cards.card("gpt-5-pro", List.of(), "input=1 output=2")
            .edit()
            .provider("openai")
            .build();

    /** A fee of openai, in dollars a call. */
    static Fee fee(List<String> models, String rates, Variant... variants) {
        Map<UnitClass, Rate> each = new EnumMap<>(UnitClass.class);
        Cards.rates(rates).forEach((unit, usd) -> each.put(unit, new Rate(usd, Per.EACH)));
        return new Fee("openai", models, each, List.of(variants), SEEN);
    }

    private static Variant large(String rates) {
        return new Variant(
                Map.of(Attribute.KIND, "large"), fee(List.of(), rates).rates());
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "gpt-5,        gpt-5,       true",
        "gpt-5,        gpt-5-pro,   false",
        "gpt-5,        gpt-,        false",
        "gpt-5*,       gpt-5,       true",
        "gpt-5*,       gpt-5-pro,   true",
        "gpt-5*,       gpt-4,       false",
        "*-pro,        gpt-5-pro,   true",
        "*-pro,        gpt-5-pro-2, false",
        "gpt-*-pro*,   gpt-5-pro,   true",
        "gpt-*-pro*,   gpt-5-pro-2, true",
        "gpt-*-pro*,   gpt-pro,     false",
        "*,            anything,    true",
    })
    void a_star_stands_for_any_letters(String pattern, String model, boolean covers) {
        assertThat(fee(List.of(pattern), "web_search=0.01").covers("openai", model))
                .isEqualTo(covers);
        assertThat(fee(List.of("nobody", pattern), "web_search=0.01").covers("openai", model))
                .isEqualTo(covers);
        assertThat(fee(List.of(pattern), "web_search=0.01").covers("azure", model))
                .isFalse();
    }

    @Test
    void the_first_fee_that_covers_a_model_wins_for_the_classes_that_its_card_lacks() {
        RateCard with = Fee.added(
                card,
                List.of(
                        fee(List.of("gpt-4*"), "web_search=0.09"),
                        fee(List.of(), "web_search=0.01"),
                        fee(List.of(), "web_search=0.02 file_search=0.03", large("code_session=0.5"))));
        assertThat(with.rates())
                .containsEntry(UnitClass.WEB_SEARCH, Rate.each("0.01"))
                .containsEntry(UnitClass.FILE_SEARCH, Rate.each("0.03"))
                .hasSize(4);
        assertThat(with.variants()).containsExactly(large("code_session=0.5"));
        assertThat(with.provenance(UnitClass.WEB_SEARCH)).isSameAs(SEEN);
        assertThat(with.provenance(UnitClass.CODE_SESSION)).isSameAs(SEEN);
    }

    @Test
    void what_a_card_has_itself_stays_in_its_variants_too() {
        RateCard own = card.edit().variants(List.of(large("code_session=0.1"))).build();
        assertThat(Fee.added(own, List.of(fee(List.of(), "code_session=0.03", large("code_session=0.5")))))
                .isEqualTo(own);
        assertThat(Fee.added(card, List.of())).isSameAs(card);
    }

    @Test
    void a_fee_of_tokens_or_out_of_range_is_refused() {
        assertThatThrownBy(() -> fee(List.of(), "input=0.001"))
                .hasMessageContaining("fees.input (expected: a class that is not a token)");
        assertThatThrownBy(() -> new Fee(
                        "openai",
                        List.of(),
                        Map.of(UnitClass.WEB_SEARCH, new Rate(new BigDecimal("1001"), Per.EACH)),
                        List.of(),
                        SEEN))
                .hasMessageContaining("usd_each.web_search: 1001 (expected: 0..1000");
    }
}
