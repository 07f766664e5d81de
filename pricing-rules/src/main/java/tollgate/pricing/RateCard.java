package tollgate.pricing;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prices of one model as somebody wrote them down. Immutable.
 *
 * @param model the model's own name
 * @param aliases other names of the same model at the same price, dated snapshots among them
 * @param limits what it takes and gives
 * @param usdPerMillion dollars per million units; a class that is not listed costs what its parent costs
 * @param longContext other rates for long prompts, by ascending threshold; each lists the classes the base lists
 * @param source where the figures are from
 * @param seen the day they were seen there: {@code 2026-08-01}
 */
public record RateCard(
        String model,
        List<String> aliases,
        Limits limits,
        Map<UnitClass, BigDecimal> usdPerMillion,
        List<LongContext> longContext,
        String source,
        String seen) {
    /** Rates are at most this many dollars per million units. */
    static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000);

    /** Rates have at most this many decimals: a unit then costs whole femto-dollars. */
    static final int DECIMALS = 9;

    /** What a context full of the dearest tokens, both ways, may cost: with the largest markup still an amount. */
    private static final BigDecimal FULL_CONTEXT = BigDecimal.valueOf(80_000);

    /**
     * Checks the rates and copies what could change. A card whose whole context, read and written, could cost more
     * than 80,000 USD is refused: so {@link ModelRates#worstCase} of a full context is always an amount.
     */
    public RateCard {
        if (model.isBlank()) {
            throw new IllegalArgumentException("model: '" + model + "' (expected: a name)");
        }
        aliases = List.copyOf(aliases);
        usdPerMillion = checked("usd_per_million", usdPerMillion);
        checkFullContext("usd_per_million", usdPerMillion, limits);
        longContext = List.copyOf(longContext);
        long below = 0;
        for (LongContext tier : longContext) {
            if (tier.abovePromptTokens <= below) {
                throw new IllegalArgumentException("long_context.above_prompt_tokens: " + tier.abovePromptTokens
                        + " (expected: above " + below + ")");
            }
            if (!tier.usdPerMillion.keySet().equals(usdPerMillion.keySet())) {
                throw new IllegalArgumentException("long_context.usd_per_million: " + names(tier.usdPerMillion)
                        + " (expected: the classes of usd_per_million, " + names(usdPerMillion) + ")");
            }
            checkFullContext("long_context.usd_per_million", tier.usdPerMillion, limits);
            below = tier.abovePromptTokens;
        }
    }

    /**
     * The rates of a request whose whole prompt is longer than a threshold: every token of it, the answer's too, is
     * priced by these instead of the base's.
     *
     * @param abovePromptTokens the threshold: prompt tokens of every class together, strictly above
     * @param usdPerMillion dollars per million units
     */
    public record LongContext(long abovePromptTokens, Map<UnitClass, BigDecimal> usdPerMillion) {
        /** Checks the rates and copies what could change. */
        public LongContext {
            if (abovePromptTokens < 1) {
                throw new IllegalArgumentException(
                        "long_context.above_prompt_tokens: " + abovePromptTokens + " (expected: above 0)");
            }
            usdPerMillion = checked("long_context.usd_per_million", usdPerMillion);
        }
    }

    /** The listed rate of a class or of the nearest ancestor that has one; null: it has no price. */
    static @Nullable BigDecimal effective(Map<UnitClass, BigDecimal> rates, UnitClass unit) {
        for (UnitClass at = unit; at != null; at = at.parent()) {
            BigDecimal rate = rates.get(at);
            if (rate != null) {
                return rate;
            }
        }
        return null;
    }

    /** A copy of the rates, each in range, input and output among them. */
    static Map<UnitClass, BigDecimal> checked(String field, Map<UnitClass, BigDecimal> rates) {
        for (UnitClass needed : List.of(UnitClass.INPUT, UnitClass.OUTPUT)) {
            if (!rates.containsKey(needed)) {
                throw new IllegalArgumentException(
                        field + ": no '" + needed.wireName() + "' (expected: a rate for it)");
            }
        }
        Map<UnitClass, BigDecimal> copy = new EnumMap<>(UnitClass.class);
        rates.forEach((unit, rate) -> {
            BigDecimal plain = rate.stripTrailingZeros();
            if (plain.signum() < 0 || plain.compareTo(MOST) > 0 || plain.scale() > DECIMALS) {
                throw new IllegalArgumentException(field + "." + unit.wireName() + ": " + rate.toPlainString()
                        + " (expected: 0.." + MOST + " with up to " + DECIMALS + " decimals)");
            }
            copy.put(unit, plain.scale() < 0 ? plain.setScale(0) : plain);
        });
        return Collections.unmodifiableMap(copy);
    }

    private static void checkFullContext(String field, Map<UnitClass, BigDecimal> rates, Limits limits) {
        BigDecimal input = BigDecimal.ZERO;
        BigDecimal output = BigDecimal.ZERO;
        for (Map.Entry<UnitClass, BigDecimal> rate : rates.entrySet()) {
            input = rate.getKey().isInputToken() ? input.max(rate.getValue()) : input;
            output = rate.getKey().isOutputToken() ? output.max(rate.getValue()) : output;
        }
        BigDecimal usd =
                input.add(output).multiply(BigDecimal.valueOf(limits.context())).movePointLeft(6);
        if (usd.compareTo(FULL_CONTEXT) > 0) {
            throw new IllegalArgumentException(field + ": a full context of " + limits.context() + " tokens costs "
                    + usd.stripTrailingZeros().toPlainString() + " USD (expected: at most " + FULL_CONTEXT + ")");
        }
    }

    private static List<String> names(Map<UnitClass, BigDecimal> rates) {
        return rates.keySet().stream().map(UnitClass::wireName).toList();
    }
}
