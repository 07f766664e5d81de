package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a card that is put together in code may not be; cards in files have the same checks. */
final class CardCheckTest {
    private static final Map<UnitClass, Rate> TOO_DEAR = Map.of(UnitClass.INPUT, Rate.perMillion("10001"));
    private static final String RANGE = "usd_per_million.input: 10001 (expected: 0..10000 with up to 18 decimals)";

    private static RateCardBuilder card() {
        return RateCard.named("m").rates(Cards.perMillion("input=1 output=2 image=40000"));
    }

    private static void refused(RateCardBuilder card, String message) {
        assertThatThrownBy(card::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_rate_out_of_range_is_named_by_where_it_stands() {
        ServiceTier flex = new ServiceTier(BigDecimal.ONE, Map.of());
        refused(RateCard.named("m").rates(TOO_DEAR), RANGE);
        refused(card().tiers(Map.of("flex", new ServiceTier(null, TOO_DEAR))), "service_tiers.flex." + RANGE);
        refused(card().longContext(List.of(new LongContext(1, TOO_DEAR))), "long_context." + RANGE);
        refused(
                card().tiers(Map.of("flex", flex))
                        .longContext(List.of(
                                new LongContext(1, Cards.perMillion("input=2 output=3"), Map.of("flex", TOO_DEAR)))),
                "long_context.service_tiers.flex." + RANGE);
        refused(
                card().variants(List.of(
                        new Variant(Map.of(Attribute.SIZE, "big"), Map.of(UnitClass.IMAGE, Rate.each("1001"))))),
                "variants.usd_each.image: 1001");
        refused(
                card().graduated(List.of(new Graduated(UnitClass.IMAGE, BigDecimal.ONE, Rate.each("1001")))),
                "graduated.usd_each.image: 1001");
    }

    @Test
    void what_a_class_needs_beside_it_is_named() {
        refused(RateCard.named("m").rates(Cards.perMillion("output=2")), "no 'input'");
        refused(RateCard.named("m").rates(Cards.perMillion("cached_input=2")), "no 'input'");
        refused(RateCard.named("m").rates(Cards.perMillion("input=1 audio_output=2")), "no 'output'");
        refused(RateCard.named("m"), "m: no rate (expected: at least one)");
        refused(
                card().longContext(List.of(new LongContext(1, Map.of(UnitClass.IMAGE, Rate.each("1"))))),
                "long_context.image (expected: a class of tokens)");
        refused(
                card().longContext(List.of(new LongContext(1, Map.of(), Map.of("flex", Cards.perMillion("input=1"))))),
                "long_context.service_tiers.flex (expected: one of the model's service_tiers)");
    }

    @Test
    void minima_and_steps_are_within_reason() {
        assertThatCode(card().minimumUsd(new BigDecimal("1000"))::build).doesNotThrowAnyException();
        assertThatCode(card().minimumUsd(new BigDecimal("0.000000000000000001"))::build)
                .doesNotThrowAnyException();
        refused(card().minimumUsd(new BigDecimal("1000.01")), "minimum_usd: 1000.01");
        refused(card().minimumUsd(new BigDecimal("-0.01")), "minimum_usd: -0.01");
        refused(card().minimumUsd(new BigDecimal("0.0000000000000000001")), "minimum_usd: 0.0000000000000000001");
        refused(card().minimumUnits(Map.of(UnitClass.IMAGE, BigDecimal.ZERO)), "image: 0 (expected: above 0)");
        refused(card().billedInSteps(Map.of(UnitClass.IMAGE, new BigDecimal("-1"))), "image: -1 (expected: above 0)");
        refused(card().billedInSteps(Map.of(UnitClass.IMAGE, new BigDecimal("0.5"))), "image: 0.5");
    }

    @Test
    void so_many_combinations_are_tables_of_bounded_size() {
        Map<String, ServiceTier> tiers = new LinkedHashMap<>();
        Map<String, BigDecimal> regions = new LinkedHashMap<>();
        for (int i = 0; i < 14; i++) {
            tiers.put("t" + i, new ServiceTier(BigDecimal.ONE, Map.of()));
        }
        int regionsWithin = CardCheck.MOST_TARIFFS / (2 * 16 * 2) - 1;
        for (int i = 0; i < regionsWithin; i++) {
            regions.put("r" + i, BigDecimal.ONE);
        }
        RateCardBuilder full = card().tiers(tiers)
                .regions(regions)
                .offPeak(new OffPeak(LocalTime.NOON, LocalTime.MIDNIGHT, BigDecimal.ONE))
                .longContext(List.of(new LongContext(1, Cards.perMillion("input=2 output=3"))));
        assertThatCode(full::build).doesNotThrowAnyException();
        regions.put("one-more", BigDecimal.ONE);
        refused(full.regions(regions), "combinations of tier, region and length (expected: at most");
    }
}
