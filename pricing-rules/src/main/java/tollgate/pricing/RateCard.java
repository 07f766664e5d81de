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
 * {@link Builder} or read from a file.
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
    public static Builder named(String model) {
        return new Builder(model);
    }

    /** This card in the making again, to be changed. */
    public Builder edit() {
        return new Builder(this);
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

    /** Puts a card together. Not thread-safe. */
    public static final class Builder {
        private final String model;
        private String provider = "";
        private List<String> aliases = List.of();
        private boolean scoped;
        private String service = "chat";
        private Limits limits = Limits.CAREFUL;
        private Period period = Period.ALWAYS;
        private Map<UnitClass, Rate> rates = Map.of();
        private List<LongContext> longContext = List.of();
        private Map<String, ServiceTier> tiers = Map.of();
        private Map<String, BigDecimal> regions = Map.of();
        private @Nullable OffPeak offPeak;
        private List<Variant> variants = List.of();
        private List<Graduated> graduated = List.of();
        private BigDecimal discountPercent = BigDecimal.ZERO;
        private BigDecimal minimumUsd = BigDecimal.ZERO;
        private Map<UnitClass, BigDecimal> minimumUnits = Map.of();
        private Map<UnitClass, BigDecimal> billedInSteps = Map.of();
        private Provenance provenance = new Provenance("configured", "-");
        private Map<UnitClass, Provenance> sources = Map.of();
        private String note = "";

        private Builder(String model) {
            this.model = model;
        }

        private Builder(RateCard card) {
            this(card.model);
            provider(card.provider).aliases(card.aliases).scoped(card.scoped).service(card.service);
            limits(card.limits).period(card.period).rates(card.rates).longContext(card.longContext);
            tiers(card.tiers).regions(card.regions).offPeak(card.offPeak).variants(card.variants);
            graduated(card.graduated).discountPercent(card.discountPercent).minimumUsd(card.minimumUsd);
            minimumUnits(card.minimumUnits).billedInSteps(card.billedInSteps).provenance(card.provenance);
            sources(card.sources).note(card.note);
        }

        /** Sets {@link RateCard#provider}. */
        public Builder provider(String name) {
            provider = name;
            return this;
        }

        /** Sets {@link RateCard#aliases}. */
        public Builder aliases(List<String> names) {
            aliases = names;
            return this;
        }

        /** Sets {@link RateCard#scoped}. */
        public Builder scoped(boolean only) {
            scoped = only;
            return this;
        }

        /** Sets {@link RateCard#service}. */
        public Builder service(String kind) {
            service = kind;
            return this;
        }

        /** Sets {@link RateCard#limits}. */
        public Builder limits(Limits bounds) {
            limits = bounds;
            return this;
        }

        /** Sets {@link RateCard#period}. */
        public Builder period(Period when) {
            period = when;
            return this;
        }

        /** Sets {@link RateCard#rates}. */
        public Builder rates(Map<UnitClass, Rate> byClass) {
            rates = byClass;
            return this;
        }

        /** Sets {@link RateCard#longContext}. */
        public Builder longContext(List<LongContext> thresholds) {
            longContext = thresholds;
            return this;
        }

        /** Sets {@link RateCard#tiers}. */
        public Builder tiers(Map<String, ServiceTier> byName) {
            tiers = byName;
            return this;
        }

        /** Sets {@link RateCard#regions}. */
        public Builder regions(Map<String, BigDecimal> factors) {
            regions = factors;
            return this;
        }

        /** Sets {@link RateCard#offPeak}. */
        public Builder offPeak(@Nullable OffPeak hours) {
            offPeak = hours;
            return this;
        }

        /** Sets {@link RateCard#variants}. */
        public Builder variants(List<Variant> conditional) {
            variants = conditional;
            return this;
        }

        /** Sets {@link RateCard#graduated}. */
        public Builder graduated(List<Graduated> marginal) {
            graduated = marginal;
            return this;
        }

        /** Sets {@link RateCard#discountPercent}. */
        public Builder discountPercent(BigDecimal percent) {
            discountPercent = percent;
            return this;
        }

        /** Sets {@link RateCard#minimumUsd}. */
        public Builder minimumUsd(BigDecimal usd) {
            minimumUsd = usd;
            return this;
        }

        /** Sets {@link RateCard#minimumUnits}. */
        public Builder minimumUnits(Map<UnitClass, BigDecimal> byClass) {
            minimumUnits = byClass;
            return this;
        }

        /** Sets {@link RateCard#billedInSteps}. */
        public Builder billedInSteps(Map<UnitClass, BigDecimal> byClass) {
            billedInSteps = byClass;
            return this;
        }

        /** Sets {@link RateCard#provenance}. */
        public Builder provenance(Provenance from) {
            provenance = from;
            return this;
        }

        /** Sets {@link RateCard#sources}. */
        public Builder sources(Map<UnitClass, Provenance> byClass) {
            sources = byClass;
            return this;
        }

        /** Sets {@link RateCard#note}. */
        public Builder note(String text) {
            note = text;
            return this;
        }

        /**
         * The card.
         *
         * @throws IllegalArgumentException when a part contradicts another or is out of range
         */
        public RateCard build() {
            RateCard card = new RateCard(
                    provider,
                    model,
                    aliases,
                    scoped,
                    service,
                    limits,
                    period,
                    rates,
                    longContext,
                    tiers,
                    regions,
                    offPeak,
                    variants,
                    graduated,
                    discountPercent,
                    minimumUsd,
                    minimumUnits,
                    billedInSteps,
                    provenance,
                    sources,
                    note);
            CardCheck.of(card);
            return card;
        }
    }
}
