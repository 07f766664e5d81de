package tollgate.pricing;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a {@link RateCard} together. Not thread-safe. */
public final class RateCardBuilder {
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

    RateCardBuilder(String model) {
        this.model = model;
    }

    RateCardBuilder(RateCard card) {
        this(card.model());
        provider(card.provider()).aliases(card.aliases()).scoped(card.scoped()).service(card.service());
        limits(card.limits()).period(card.period()).rates(card.rates()).longContext(card.longContext());
        tiers(card.tiers()).regions(card.regions()).offPeak(card.offPeak()).variants(card.variants());
        graduated(card.graduated()).discountPercent(card.discountPercent()).minimumUsd(card.minimumUsd());
        minimumUnits(card.minimumUnits()).billedInSteps(card.billedInSteps()).provenance(card.provenance());
        sources(card.sources()).note(card.note());
    }

    /** Sets {@link RateCard#provider}. */
    public RateCardBuilder provider(String name) {
        provider = name;
        return this;
    }

    /** Sets {@link RateCard#aliases}. */
    public RateCardBuilder aliases(List<String> names) {
        aliases = names;
        return this;
    }

    /** Sets {@link RateCard#scoped}. */
    public RateCardBuilder scoped(boolean only) {
        scoped = only;
        return this;
    }

    /** Sets {@link RateCard#service}. */
    public RateCardBuilder service(String kind) {
        service = kind;
        return this;
    }

    /** Sets {@link RateCard#limits}. */
    public RateCardBuilder limits(Limits bounds) {
        limits = bounds;
        return this;
    }

    /** Sets {@link RateCard#period}. */
    public RateCardBuilder period(Period when) {
        period = when;
        return this;
    }

    /** Sets {@link RateCard#rates}. */
    public RateCardBuilder rates(Map<UnitClass, Rate> byClass) {
        rates = byClass;
        return this;
    }

    /** Sets {@link RateCard#longContext}. */
    public RateCardBuilder longContext(List<LongContext> thresholds) {
        longContext = thresholds;
        return this;
    }

    /** Sets {@link RateCard#tiers}. */
    public RateCardBuilder tiers(Map<String, ServiceTier> byName) {
        tiers = byName;
        return this;
    }

    /** Sets {@link RateCard#regions}. */
    public RateCardBuilder regions(Map<String, BigDecimal> factors) {
        regions = factors;
        return this;
    }

    /** Sets {@link RateCard#offPeak}. */
    public RateCardBuilder offPeak(@Nullable OffPeak hours) {
        offPeak = hours;
        return this;
    }

    /** Sets {@link RateCard#variants}. */
    public RateCardBuilder variants(List<Variant> conditional) {
        variants = conditional;
        return this;
    }

    /** Sets {@link RateCard#graduated}. */
    public RateCardBuilder graduated(List<Graduated> marginal) {
        graduated = marginal;
        return this;
    }

    /** Sets {@link RateCard#discountPercent}. */
    public RateCardBuilder discountPercent(BigDecimal percent) {
        discountPercent = percent;
        return this;
    }

    /** Sets {@link RateCard#minimumUsd}. */
    public RateCardBuilder minimumUsd(BigDecimal usd) {
        minimumUsd = usd;
        return this;
    }

    /** Sets {@link RateCard#minimumUnits}. */
    public RateCardBuilder minimumUnits(Map<UnitClass, BigDecimal> byClass) {
        minimumUnits = byClass;
        return this;
    }

    /** Sets {@link RateCard#billedInSteps}. */
    public RateCardBuilder billedInSteps(Map<UnitClass, BigDecimal> byClass) {
        billedInSteps = byClass;
        return this;
    }

    /** Sets {@link RateCard#provenance}. */
    public RateCardBuilder provenance(Provenance from) {
        provenance = from;
        return this;
    }

    /** Sets {@link RateCard#sources}. */
    public RateCardBuilder sources(Map<UnitClass, Provenance> byClass) {
        sources = byClass;
        return this;
    }

    /** Sets {@link RateCard#note}. */
    public RateCardBuilder note(String text) {
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
