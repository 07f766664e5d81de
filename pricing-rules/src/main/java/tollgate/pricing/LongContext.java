package tollgate.pricing;

import java.util.Map;

/**
 * Other rates for a request whose whole prompt is longer than a threshold: every token of it, the answer's too, is
 * priced by these instead of the base's.
 *
 * @param abovePromptTokens the threshold: prompt tokens of every class together, strictly above
 * @param rates of token classes; those not listed rise as their side's plain rate does
 * @param tiers rates of service tiers above the threshold, where the provider lists them
 */
public record LongContext(long abovePromptTokens, Map<UnitClass, Rate> rates, Map<String, Map<UnitClass, Rate>> tiers) {
    /** Checks the threshold and copies what could change. */
    public LongContext {
        if (abovePromptTokens < 1) {
            throw new IllegalArgumentException(
                    "long_context.above_prompt_tokens: " + abovePromptTokens + " (expected: above 0)");
        }
        rates = Map.copyOf(rates);
        tiers = Map.copyOf(tiers);
    }

    /** One without rates of service tiers. */
    public LongContext(long abovePromptTokens, Map<UnitClass, Rate> rates) {
        this(abovePromptTokens, rates, Map.of());
    }
}
