package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Classes that few providers bill: tokens of citations, and features by the month. */
final class UncommonClassesTest {
    private static final String CARD = """
            provider: example
            source: https://example.com/pricing
            seen: 2026-08-01
            models:
              - model: researcher
                usd_per_million: { input: "2", output: "8", citation: "2.5" }
                usd_each: { feature_month: "500" }
                long_context: [{ above_prompt_tokens: 1000, usd_per_million: { input: "4", output: "16" } }]
                service_tiers: { flex: { multiply: "0.5" } }
                region_multipliers: { eu: "1.1" }
                discount_percent: "10"
              - model: writer
                usd_per_million: { input: "2", output: "8" }
            """;

    private static ModelRates rates(int at) {
        return new ModelRates(RateCardFile.read("card.yaml", CARD).cards().get(at));
    }

    private static Charge charge(int model, String usage, Terms terms) {
        return rates(model).explain(Cards.usage(usage), terms, Markup.NONE);
    }

    private static ChargeLine line(Charge charge, UnitClass unit) {
        return charge.lines().stream()
                .filter(line -> line.unit() == unit)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void citation_tokens_have_a_rate_of_their_own_and_are_tokens_of_neither_side() {
        Usage usage = Cards.usage("input=900 citation=5000 output=100");
        assertThat(usage.inputTokens()).isEqualTo(900);
        assertThat(usage.totalTokens()).isEqualTo(1000);
        Charge charge = charge(0, "input=900 citation=5000 output=100", Terms.STANDARD);
        ChargeLine citations = line(charge, UnitClass.CITATION);
        assertThat(citations.subtotal()).isEqualByComparingTo("0.01125"); // 5000 * 2.50/M, less 10 %
        assertThat(citations.provenance().source()).isEqualTo("https://example.com/pricing");
        assertThat(line(charge, UnitClass.INPUT).subtotal())
                .as("the threshold is of prompts, and citations are no part of it")
                .isEqualByComparingTo("0.00162"); // 900 * 2/M, less 10 %
        assertThat(charge.charge()).isEqualTo(Usd.parse("0.01359"));
        assertThat(rates(0).amount(usage, Terms.STANDARD, Markup.NONE)).isEqualTo(charge.charge());
    }

    @Test
    void citation_tokens_of_a_card_without_a_rate_of_them_are_charged_nothing_and_listed_as_unpriced() {
        Charge charge = charge(1, "input=900 citation=5000 output=100", Terms.STANDARD);
        assertThat(charge.unpriced()).isTrue();
        assertThat(line(charge, UnitClass.CITATION).unpriced()).isTrue();
        assertThat(line(charge, UnitClass.CITATION).why()).isEqualTo("no rate");
        assertThat(charge.charge()).isEqualTo(Usd.parse("0.0026"));
    }

    @Test
    void a_feature_costs_the_same_every_month_whatever_the_tier_the_region_and_the_prompt() {
        for (Terms terms : List.of(Terms.STANDARD, Terms.STANDARD.tier("flex"), Terms.STANDARD.region("eu"))) {
            Charge charge = charge(0, "input=2000 feature_month=3", terms);
            ChargeLine feature = line(charge, UnitClass.FEATURE_MONTH);
            assertThat(feature.units()).isEqualByComparingTo("3");
            assertThat(feature.rate().perUnit())
                    .as("the provider's discount is of every rate")
                    .isEqualByComparingTo("450");
            assertThat(feature.subtotal()).isEqualByComparingTo("1350");
        }
        assertThat(charge(0, "feature_month=0", Terms.STANDARD).charge()).isEqualTo(Usd.ZERO);
        assertThat(rates(1).prices(UnitClass.FEATURE_MONTH)).isFalse();
    }

    @Test
    void every_class_there_is_can_be_priced_and_explains_itself_with_source_and_day() {
        for (UnitClass unit : UnitClass.values()) {
            Per per = unit.isSeconds() ? Per.MINUTE : Per.EACH;
            Map<UnitClass, Rate> all = new EnumMap<>(Cards.perMillion("input=1 output=1"));
            all.put(unit, new Rate(new BigDecimal("0.006"), per));
            ModelRates rates = new ModelRates(RateCard.named("m")
                    .rates(all)
                    .provenance(new Provenance("here", "2026-08-01"))
                    .build());
            Charge charge = rates.explain(
                    Usage.builder().set(unit, BigDecimal.valueOf(60)).build(), Terms.STANDARD, Markup.NONE);
            assertThat(charge.charge()).as(unit.wireName()).isEqualTo(Usd.parse(unit.isSeconds() ? "0.006" : "0.36"));
            assertThat(charge.lines()).singleElement().satisfies(line -> {
                assertThat(line.provenance()).isEqualTo(new Provenance("here", "2026-08-01"));
                assertThat(line.unpriced()).isFalse();
                assertThat(line.why()).isEqualTo("the card's rate");
            });
        }
    }
}
