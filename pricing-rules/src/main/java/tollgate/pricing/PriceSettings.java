package tollgate.pricing;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code prices} part of the configuration. Immutable.
 *
 * @param builtIn the cards that come with Tollgate apply where no file says otherwise
 * @param files an operator's own rate cards, later files winning
 * @param markup what is added to a cost where no rule of the files says otherwise
 * @param unknownModel the rates of models that no card names; null: such models are refused
 */
public record PriceSettings(
        boolean builtIn,
        List<Path> files,
        Markup markup,
        @Nullable RateCard unknownModel) {
    /** The settings of an empty configuration: built-in cards, no markup, unknown models refused. */
    public static final PriceSettings DEFAULTS = new PriceSettings(true, List.of(), Markup.NONE, null);

    /** {@code prices.default_per_million} where it is not given: dollars per million units. */
    public static final Map<UnitClass, BigDecimal> DEFAULT_PER_MILLION;

    /** {@code prices.default_limits} where they are not given. */
    public static final long DEFAULT_CONTEXT = 1_000_000;

    /** {@code prices.default_limits.max_output_tokens} where it is not given. */
    public static final long DEFAULT_MAX_OUTPUT_TOKENS = 16_384;

    private static final long TYPICAL_OUTPUT = 500;

    static {
        Map<UnitClass, BigDecimal> rates = new EnumMap<>(UnitClass.class);
        rates.put(UnitClass.INPUT, new BigDecimal("1.00"));
        rates.put(UnitClass.CACHED_INPUT, new BigDecimal("0.10"));
        rates.put(UnitClass.CACHE_WRITE, new BigDecimal("1.25"));
        rates.put(UnitClass.CACHE_WRITE_5M, new BigDecimal("1.25"));
        rates.put(UnitClass.CACHE_WRITE_1H, new BigDecimal("2.00"));
        rates.put(UnitClass.OUTPUT, new BigDecimal("3.00"));
        DEFAULT_PER_MILLION = Collections.unmodifiableMap(rates);
    }

    /** Copies what could change. */
    public PriceSettings {
        files = List.copyOf(files);
    }

    /**
     * The card of {@code unknown_model: default}.
     *
     * @param perMillion the rates given; those not given are {@link #DEFAULT_PER_MILLION}
     * @throws IllegalArgumentException when a figure is out of range, or a rate 0: never free by accident
     */
    public static RateCard unknownModel(
            Map<UnitClass, BigDecimal> perMillion, long context, long maxOutputTokens, boolean visibleOutput) {
        Map<UnitClass, BigDecimal> rates = new EnumMap<>(DEFAULT_PER_MILLION);
        perMillion.forEach((unit, rate) -> {
            if (rate.signum() == 0) {
                throw new IllegalArgumentException(
                        "default_per_million." + unit.wireName() + ": 0 (expected: above 0)");
            }
            rates.put(unit, rate);
        });
        Limits limits = new Limits(
                context,
                maxOutputTokens,
                visibleOutput,
                Math.min(TYPICAL_OUTPUT, maxOutputTokens),
                Limits.MOST_IMAGE_TOKENS,
                Limits.MOST_IMAGE_TOKENS);
        Map<UnitClass, Rate> listed = new EnumMap<>(UnitClass.class);
        rates.forEach((unit, usd) -> listed.put(unit, new Rate(usd, Per.MILLION)));
        return RateCard.named("unknown_model")
                .limits(limits)
                .rates(listed)
                .provenance(new Provenance("prices.default_per_million", "configured"))
                .build();
    }

    /**
     * The book that these settings describe. Reads the files: not for an event loop.
     *
     * @throws InvalidRateCard when a file cannot be read or used; it names the line
     */
    public RateBook book() {
        RateBook book = (builtIn ? RateBook.builtIn() : RateBook.of(List.of())).with(files.toArray(Path[]::new));
        RateBook marked = book.withMarkup(markup);
        return unknownModel == null ? marked : marked.withUnknownModelsAs(unknownModel);
    }
}
