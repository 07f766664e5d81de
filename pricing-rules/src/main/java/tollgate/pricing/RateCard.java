package tollgate.pricing;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The prices of one model as somebody wrote them down; {@code docs/pricing.md} describes each part. Immutable. Made by a
 * {@link RateCardBuilder} or read from a file.
 *
 * @param provider who asks these prices; empty: not said
 * @param model the model's own name
 * @param aliases other names of the same model at the same price, dated snapshots among them
 * @param scoped found as {@code provider/name} only
 * @param service the kind of work
 * @param limits what it takes and gives
 * @param period when it applies
 * @param rates by class; a token class that is not listed costs what its parent costs
 * @param longContext other rates for long prompts, by ascending threshold
 * @param tiers other rates by service tier
 * @param regions factors on token rates by region
 * @param offPeak cheaper hours; null: none
 * @param variants rates that depend on what was asked for
 * @param graduated marginal rates, by ascending number for each class
 * @param discountPercent what the provider takes off every rate
 * @param minimumUsd the least that one request costs
 * @param minimumUnits the least units billed where there are any, by class
 * @param billedInSteps units are billed in steps of so many, by class
 * @param provenance where the rates are from
 * @param sources where single rates are from, in place of that
 * @param note what a reader should know; empty: nothing
 */
public record RateCard(
        String provider,
        String model,
        List<String> aliases,
        boolean scoped,
        String service,
        Limits limits,
        Period period,
        Map<UnitClass, Rate> rates,
        List<LongContext> longContext,
        Map<String, ServiceTier> tiers,
        Map<String, BigDecimal> regions,
        @Nullable OffPeak offPeak,
        List<Variant> variants,
        List<Graduated> graduated,
        BigDecimal discountPercent,
        BigDecimal minimumUsd,
        Map<UnitClass, BigDecimal> minimumUnits,
        Map<UnitClass, BigDecimal> billedInSteps,
        Provenance provenance,
        Map<UnitClass, Provenance> sources,
        String note) {
    /** Checks every rate, and every rate against every factor; copies what could change. */
    public RateCard {
        if (model.isBlank()) {
            throw new IllegalArgumentException("model: '" + model + "' (expected: a name)");
        }
        aliases = List.copyOf(aliases);
        rates = ordered(rates);
        longContext = List.copyOf(longContext);
        tiers = Collections.unmodifiableMap(new LinkedHashMap<>(tiers));
        Map<String, BigDecimal> checkedRegions = new LinkedHashMap<>();
        regions.forEach((region, factor) ->
                checkedRegions.put(region, Factors.checked("region_multipliers." + region, factor)));
        regions = Collections.unmodifiableMap(checkedRegions);
        variants = List.copyOf(variants);
        graduated = List.copyOf(graduated);
        minimumUnits = Map.copyOf(minimumUnits);
        billedInSteps = Map.copyOf(billedInSteps);
        sources = Map.copyOf(sources);
    }

    /** A card in the making, with nothing but a name. */
    public static RateCardBuilder named(String model) {
        return new RateCardBuilder(model);
    }

    /** This card in the making again, to be changed. */
    public RateCardBuilder edit() {
        return new RateCardBuilder(this);
    }

    /** Where a class's rate is from. */
    public Provenance provenance(UnitClass unit) {
        return sources.getOrDefault(unit, provenance);
    }

    /** All its names, its own first. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        names.add(model);
        names.addAll(aliases);
        return names;
    }

    /** The listed rate of a class or of the nearest ancestor that has one; null: it has none. */
    static @Nullable Rate effective(Map<UnitClass, Rate> rates, UnitClass unit) {
        for (UnitClass at = unit; at != null; at = at.parent()) {
            Rate rate = rates.get(at);
            if (rate != null) {
                return rate;
            }
        }
        return null;
    }

    private static Map<UnitClass, Rate> ordered(Map<UnitClass, Rate> rates) {
        Map<UnitClass, Rate> copy = new EnumMap<>(UnitClass.class);
        copy.putAll(rates);
        return Collections.unmodifiableMap(copy);
    }
}
