package tollgate.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a class of units costs under a card in one setting of length, tier, region and hours, with the reason: the one
 * place of all fall-backs ({@code docs/pricing.md}, "Where a card is silent").
 *
 * @param level which threshold of {@code long_context} the prompt passes: 0 none, 1 the first
 * @param tier the service tier; null: none
 * @param region the region; null: none
 * @param offPeak within the cheaper hours
 */
record Derivation(
        RateCard card,
        int level,
        @Nullable String tier,
        @Nullable String region,
        boolean offPeak) {
    /** These sell batches at half the price, all models. */
    static final Set<String> HALF_PRICE_BATCHES = Set.of("openai", "anthropic", "google", "mistral");

    /** A rate that is made in proportion to others is rounded up at this decimal. */
    private static final int PROPORTION_DECIMALS = 9;

    private static final BigDecimal HALF = new BigDecimal("0.5");

    /**
     * A rate in use.
     *
     * @param rate after every factor
     * @param listed the class whose listed rate it comes from
     * @param reason why this one; empty where it is the card's plain rate of the class
     * @param assumed the card does not say so: a fall-back that somebody should look at
     */
    record Derived(Rate rate, UnitClass listed, String reason, boolean assumed) {}

    /** The rate of a class; null: it has no price. */
    @Nullable
    Derived rate(UnitClass unit) {
        UnitClass listed = listed(card.rates(), unit);
        if (listed == null) {
            return null;
        }
        Working working = new Working(unit, listed, card.rates().get(listed));
        if (unit.isToken()) {
            length(working);
            tier(working);
            factors(working);
        } else {
            feeTier(working);
        }
        return working.finish();
    }

    /** The rate of a marginal step, with the same factors. */
    Derived graduated(Graduated step) {
        Working working = new Working(step.unit(), step.unit(), step.rate());
        if (step.unit().isToken()) {
            tier(working);
            factors(working);
        }
        working.because("above " + step.above().toPlainString());
        return working.finish();
    }

    private static @Nullable UnitClass listed(Map<UnitClass, Rate> rates, UnitClass unit) {
        for (UnitClass at = unit; at != null; at = at.parent()) {
            if (rates.containsKey(at)) {
                return at;
            }
        }
        return null;
    }

    private void length(Working working) {
        if (level == 0) {
            return;
        }
        LongContext above = card.longContext().get(level - 1);
        working.because("prompt above " + above.abovePromptTokens());
        Rate explicit = nearest(above.rates(), working);
        if (explicit != null) {
            working.rate = explicit;
            return;
        }
        UnitClass root = working.unit.root();
        Rate plain = card.rates().get(root);
        Rate raised = above.rates().get(root);
        if (plain != null && raised != null && !plain.isZero()) {
            working.inProportion(raised, plain);
            working.because("raised as " + root.wireName() + " is");
        }
    }

    private void tier(Working working) {
        if (tier == null) {
            return;
        }
        ServiceTier stated = card.tiers().get(tier);
        if (stated == null && tier.equals("batch") && HALF_PRICE_BATCHES.contains(card.provider())) {
            working.because("batch: half, as " + card.provider() + " says of all models");
            working.times(HALF);
            working.roundsUp = true;
            return;
        }
        if (stated == null) {
            working.assume("no rate of tier " + tier);
            return;
        }
        working.because("tier " + tier);
        if (level > 0) {
            Map<UnitClass, Rate> both =
                    card.longContext().get(level - 1).tiers().getOrDefault(tier, Map.of());
            Rate explicit = nearest(both, working);
            if (explicit != null) {
                working.rate = explicit;
                working.roundsUp = false;
                return;
            }
        }
        Rate explicit = nearest(stated.rates(), working);
        Rate plain = card.rates().get(working.listed);
        if (explicit != null && level > 0 && plain != null && !plain.isZero()) {
            working.inProportion(explicit, plain);
        } else if (explicit != null) {
            working.rate = level > 0 && working.rate.atLeast(explicit) ? working.rate : explicit;
        } else if (stated.multiply() != null) {
            working.times(stated.multiply());
        } else {
            working.assume("tier " + tier + " lists no " + working.listed.wireName());
        }
    }

    private void feeTier(Working working) {
        ServiceTier stated = tier == null ? null : card.tiers().get(tier);
        Rate explicit = stated == null ? null : stated.rates().get(working.unit);
        if (explicit != null) {
            working.rate = explicit;
            working.because("tier " + tier);
        }
        working.times(
                Factors.after(card.discountPercent()),
                "discount " + card.discountPercent().toPlainString() + " %");
    }

    private void factors(Working working) {
        OffPeak hours = card.offPeak();
        if (offPeak && hours != null) {
            working.times(hours.multiply(), "off-peak × " + hours.multiply().toPlainString());
        }
        BigDecimal uplift = region == null ? null : card.regions().get(region);
        if (uplift != null) {
            working.times(uplift, "region " + region + " × " + uplift.toPlainString());
        }
        working.times(
                Factors.after(card.discountPercent()),
                "discount " + card.discountPercent().toPlainString() + " %");
    }

    /** The rate of the class or of an ancestor up to the one that the card lists. */
    private static @Nullable Rate nearest(Map<UnitClass, Rate> rates, Working working) {
        for (UnitClass at = working.unit; at != null; at = at.parent()) {
            Rate rate = rates.get(at);
            if (rate != null || at == working.listed) {
                return rate;
            }
        }
        return null;
    }

    /** A rate on its way through the factors. */
    private static final class Working {
        private final UnitClass unit;
        private final UnitClass listed;
        private final StringBuilder reason = new StringBuilder();
        private Rate rate;
        private boolean assumed;
        private boolean roundsUp;

        Working(UnitClass unit, UnitClass listed, @Nullable Rate rate) {
            if (rate == null) {
                throw new IllegalArgumentException(listed.wireName());
            }
            this.unit = unit;
            this.listed = listed;
            this.rate = rate;
            if (unit != listed) {
                because("priced as " + listed.wireName());
            }
        }

        void because(String why) {
            reason.append(reason.isEmpty() ? "" : "; ").append(why);
        }

        void assume(String why) {
            assumed = true;
            because(why);
        }

        void times(@Nullable BigDecimal factor) {
            if (factor != null) {
                rate = new Rate(rate.usd().multiply(factor), rate.per());
            }
        }

        void times(BigDecimal factor, String why) {
            if (factor.compareTo(BigDecimal.ONE) != 0) {
                times(factor);
                because(why);
            }
        }

        /** Times one rate over another, up at the ninth decimal where the ratio is not a decimal number. */
        void inProportion(Rate above, Rate below) {
            BigDecimal perMillion = rate.usd()
                    .multiply(above.usd())
                    .multiply(BigDecimal.valueOf(below.per().units()))
                    .divide(
                            below.usd().multiply(BigDecimal.valueOf(above.per().units())),
                            PROPORTION_DECIMALS,
                            RoundingMode.CEILING);
            rate = new Rate(perMillion, rate.per());
            roundsUp = true;
        }

        Derived finish() {
            if (roundsUp && rate.usd().scale() > PROPORTION_DECIMALS) {
                rate = new Rate(rate.usd().setScale(PROPORTION_DECIMALS, RoundingMode.CEILING), rate.per());
            }
            return new Derived(rate, listed, reason.toString(), assumed);
        }
    }
}
