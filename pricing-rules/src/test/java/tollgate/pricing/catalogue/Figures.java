package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Attribute;
import tollgate.pricing.LongContext;
import tollgate.pricing.Rate;
import tollgate.pricing.RateCard;
import tollgate.pricing.ServiceTier;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Variant;

/** Every figure of a card by situation and class, in dollars for a million units. */
final class Figures {
    private final Map<String, SortedMap<UnitClass, BigDecimal>> bySituation = new LinkedHashMap<>();

    static Figures of(RateCard card) {
        Figures figures = new Figures();
        figures.bySituation.put("", perMillion(card.rates(), BigDecimal.ONE));
        for (LongContext level : card.longContext()) {
            String above = "above " + level.abovePromptTokens();
            SortedMap<UnitClass, BigDecimal> long_ = perMillion(level.rates(), BigDecimal.ONE);
            figures.bySituation.put(above, long_);
            card.tiers().forEach((name, tier) -> {
                Map<UnitClass, Rate> listed = level.tiers().getOrDefault(name, Map.of());
                SortedMap<UnitClass, BigDecimal> tiered = multiplied(long_, tier.multiply());
                tiered.putAll(perMillion(listed, BigDecimal.ONE));
                figures.bySituation.put(above + ", " + name, tiered);
            });
        }
        card.tiers().forEach((name, tier) -> figures.bySituation.put(name, tier(card, tier)));
        card.regions()
                .forEach((region, factor) -> figures.bySituation.put(
                        "region " + region, multiplied(perMillion(card.rates(), BigDecimal.ONE), factor)));
        for (Variant variant : card.variants()) {
            StringBuilder when = new StringBuilder();
            for (Attribute attribute : Attribute.values()) {
                String value = variant.when().get(attribute);
                if (value != null) {
                    when.append(when.isEmpty() ? "" : ", ")
                            .append(attribute.wireName())
                            .append(' ')
                            .append(value);
                }
            }
            figures.bySituation
                    .computeIfAbsent(when.toString(), _ -> new TreeMap<>())
                    .putAll(perMillion(variant.rates(), BigDecimal.ONE));
        }
        return figures;
    }

    /** The situations that the card says something about. */
    Map<String, SortedMap<UnitClass, BigDecimal>> bySituation() {
        return bySituation;
    }

    /** What a class costs: its own rate, its nearest ancestor's, or null. */
    @Nullable
    BigDecimal of(String situation, UnitClass unit) {
        SortedMap<UnitClass, BigDecimal> figures = bySituation.get(situation);
        for (UnitClass at = unit; figures != null && at != null; at = at.parent()) {
            BigDecimal figure = figures.get(at);
            if (figure != null) {
                return figure;
            }
        }
        return null;
    }

    private static SortedMap<UnitClass, BigDecimal> tier(RateCard card, ServiceTier tier) {
        SortedMap<UnitClass, BigDecimal> figures =
                multiplied(perMillion(card.rates(), BigDecimal.ONE), tier.multiply());
        figures.putAll(perMillion(tier.rates(), BigDecimal.ONE));
        return figures;
    }

    private static SortedMap<UnitClass, BigDecimal> multiplied(
            SortedMap<UnitClass, BigDecimal> figures, @Nullable BigDecimal factor) {
        SortedMap<UnitClass, BigDecimal> multiplied = new TreeMap<>();
        if (factor != null) {
            figures.forEach((unit, usd) -> {
                if (unit.isToken()) {
                    multiplied.put(unit, usd.multiply(factor));
                }
            });
        }
        return multiplied;
    }

    private static SortedMap<UnitClass, BigDecimal> perMillion(Map<UnitClass, Rate> rates, BigDecimal factor) {
        SortedMap<UnitClass, BigDecimal> figures = new TreeMap<>();
        rates.forEach((unit, rate) -> figures.put(
                unit,
                rate.usd()
                        .multiply(factor)
                        .movePointRight(6)
                        .divide(BigDecimal.valueOf(rate.per().units()), MathContext.DECIMAL64)));
        return figures;
    }
}
