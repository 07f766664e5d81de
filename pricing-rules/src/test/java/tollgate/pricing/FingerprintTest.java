package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class FingerprintTest {
    private static final BigDecimal HALF = new BigDecimal("0.5");
    private static final BigDecimal THIRD = new BigDecimal("0.3");

    private static final Map<UnitClass, Rate> RATES = Cards.perMillion("input=2 output=8 image=40000");
    private static final Map<UnitClass, Rate> OTHERS = Cards.perMillion("input=2 output=9 image=40000");
    private static final Map<UnitClass, Rate> TOKENS = Cards.perMillion("input=4 output=9");
    private static final Map<UnitClass, Rate> OTHER_TOKENS = Cards.perMillion("input=4 output=10");

    private static RateCardBuilder full() {
        return RateCard.named("m")
                .rates(RATES)
                .tiers(Map.of("flex", new ServiceTier(HALF, Map.of())))
                .longContext(List.of(new LongContext(1_000, TOKENS, Map.of("flex", TOKENS))))
                .regions(Map.of("eu", new BigDecimal("1.1")))
                .offPeak(new OffPeak(LocalTime.of(1, 0), LocalTime.of(2, 0), HALF))
                .variants(
                        List.of(new Variant(Map.of(Attribute.SIZE, "big"), Map.of(UnitClass.IMAGE, Rate.each("0.08")))))
                .graduated(List.of(new Graduated(UnitClass.IMAGE, BigDecimal.TEN, Rate.each("0.01"))))
                .minimumUnits(Map.of(UnitClass.IMAGE, BigDecimal.TWO))
                .billedInSteps(Map.of(UnitClass.IMAGE, BigDecimal.TWO));
    }

    @Test
    void every_figure_that_could_change_a_charge_is_in_the_version_and_words_are_not() {
        List<UnaryOperator<RateCardBuilder>> changes = List.of(
                card -> card,
                card -> card.rates(OTHERS),
                card -> card.tiers(Map.of("flex", new ServiceTier(THIRD, Map.of()))),
                card -> card.tiers(Map.of("flex", new ServiceTier(HALF, TOKENS))),
                card -> card.longContext(List.of(new LongContext(1_001, TOKENS, Map.of("flex", TOKENS)))),
                card -> card.longContext(List.of(new LongContext(1_000, OTHER_TOKENS, Map.of("flex", TOKENS)))),
                card -> card.longContext(List.of(new LongContext(1_000, TOKENS, Map.of("flex", OTHER_TOKENS)))),
                card -> card.longContext(List.of(new LongContext(1_000, TOKENS))),
                card -> card.regions(Map.of("eu", new BigDecimal("1.2"))),
                card -> card.offPeak(null),
                card -> card.variants(List.of(
                        new Variant(Map.of(Attribute.SIZE, "big"), Map.of(UnitClass.IMAGE, Rate.each("0.09"))))),
                card -> card.variants(List.of(
                        new Variant(Map.of(Attribute.SIZE, "huge"), Map.of(UnitClass.IMAGE, Rate.each("0.08"))))),
                card -> card.graduated(List.of(new Graduated(UnitClass.IMAGE, BigDecimal.TEN, Rate.each("0.02")))),
                card -> card.discountPercent(BigDecimal.ONE),
                card -> card.minimumUsd(BigDecimal.ONE),
                card -> card.minimumUnits(Map.of(UnitClass.IMAGE, BigDecimal.TEN)),
                card -> card.billedInSteps(Map.of(UnitClass.IMAGE, BigDecimal.TEN)),
                card -> card.limits(new Limits(1_000, 100, true, 10, 1, 1)),
                card -> card.period(new Period(Instant.EPOCH, null)));
        List<String> versions = new ArrayList<>();
        changes.forEach(
                change -> versions.add(new ModelRates(change.apply(full()).build()).priceVersion()));
        assertThat(versions).doesNotHaveDuplicates().allMatch(version -> version.matches("-/[0-9a-f]{12}"));
        assertThat(new ModelRates(full().note("n").aliases(List.of("a")).build()).priceVersion())
                .isEqualTo(versions.getFirst());
    }
}
