package tollgate.pricing;

import java.math.BigDecimal;
import java.util.Map;

/** What must be true of a card as a whole. */
final class CardCheck {
    /** Tokens cost whole grains where rate and factors have together at most this many decimals. */
    private static final int TOKEN_DECIMALS = 9;

    private static final int MOST_TARIFFS = 256;

    private final RateCard card;
    private final BigDecimal discounted;
    private final int factorDecimals;

    private CardCheck(RateCard card) {
        this.card = card;
        this.discounted = Factors.after(card.discountPercent());
        int tier = card.tiers().values().stream()
                .mapToInt(each -> each.multiply() == null ? 0 : Factors.decimals(each.multiply()))
                .max()
                .orElse(0);
        int region = card.regions().values().stream()
                .mapToInt(Factors::decimals)
                .max()
                .orElse(0);
        int offPeak =
                card.offPeak() == null ? 0 : Factors.decimals(card.offPeak().multiply());
        this.factorDecimals = tier + region + offPeak + Factors.decimals(discounted);
    }

    /**
     * Checks a card.
     *
     * @throws IllegalArgumentException naming the part, the value and what was expected
     */
    static void of(RateCard card) {
        new CardCheck(card).all();
    }

    private void all() {
        if (card.rates().isEmpty() && card.variants().isEmpty()) {
            throw new IllegalArgumentException(card.model() + ": no rate (expected: at least one)");
        }
        each("", card.rates());
        if (card.rates().keySet().stream().anyMatch(UnitClass::isOutputToken)) {
            need(card.rates(), UnitClass.INPUT);
            need(card.rates(), UnitClass.OUTPUT);
        } else if (card.rates().keySet().stream().anyMatch(UnitClass::isInputToken)) {
            need(card.rates(), UnitClass.INPUT);
        }
        longContext();
        card.tiers().forEach((name, tier) -> each("service_tiers." + name + ".", tier.rates()));
        variants();
        graduated();
        if (card.minimumUsd().signum() < 0
                || card.minimumUsd().compareTo(BigDecimal.valueOf(1_000)) > 0
                || card.minimumUsd().stripTrailingZeros().scale() > Rate.DECIMALS) {
            throw new IllegalArgumentException(
                    "minimum_usd: " + card.minimumUsd().toPlainString() + " (expected: 0..1000 with up to 9 decimals)");
        }
        card.minimumUnits().forEach(CardCheck::positive);
        card.billedInSteps().forEach(CardCheck::positive);
    }

    private static void need(Map<UnitClass, Rate> rates, UnitClass needed) {
        if (!rates.containsKey(needed)) {
            throw new IllegalArgumentException("no '" + needed.wireName() + "' (expected: a rate for it, since another "
                    + "class of its side has one)");
        }
    }

    private static void positive(UnitClass unit, BigDecimal units) {
        if (units.signum() <= 0) {
            throw new IllegalArgumentException(unit.wireName() + ": " + units.toPlainString() + " (expected: above 0)");
        }
        Steps.of(unit, units);
    }

    /** The range of each rate, and that with every factor it still is a whole number of grains. */
    private void each(String where, Map<UnitClass, Rate> rates) {
        rates.forEach((unit, rate) -> {
            try {
                rate.check(unit);
                if (!unit.isToken()) {
                    Grains.perStep(rate.usd().multiply(discounted), rate.per(), unit);
                } else if (decimals(rate) > TOKEN_DECIMALS) {
                    throw new IllegalArgumentException(unit.wireName() + ": " + rate + " (expected: at most "
                            + TOKEN_DECIMALS + " decimals, those of the factors included)");
                }
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(where + wrong.getMessage(), wrong);
            }
        });
    }

    /** Decimals of dollars per million, with all factors. */
    private int decimals(Rate rate) {
        int zeros = Integer.toString(1_000_000 / rate.per().units()).length() - 1;
        return rate.usd().scale() - zeros + factorDecimals;
    }

    private void longContext() {
        long below = 0;
        for (LongContext level : card.longContext()) {
            if (level.abovePromptTokens() <= below) {
                throw new IllegalArgumentException("long_context.above_prompt_tokens: " + level.abovePromptTokens()
                        + " (expected: above " + below + ")");
            }
            below = level.abovePromptTokens();
            each("long_context.", level.rates());
            level.tiers().forEach((name, rates) -> {
                each("long_context.service_tiers." + name + ".", rates);
                if (!card.tiers().containsKey(name)) {
                    throw new IllegalArgumentException(
                            "long_context.service_tiers." + name + " (expected: one of the model's service_tiers)");
                }
            });
            level.rates().keySet().forEach(unit -> {
                if (!unit.isToken()) {
                    throw new IllegalArgumentException(
                            "long_context." + unit.wireName() + " (expected: a class of tokens)");
                }
            });
        }
        int tariffs = (card.offPeak() == null ? 1 : 2)
                * (card.tiers().size() + 2)
                * (card.regions().size() + 1)
                * (card.longContext().size() + 1);
        if (tariffs > MOST_TARIFFS) {
            throw new IllegalArgumentException(card.model() + ": " + tariffs
                    + " combinations of tier, region and length (expected: at most " + MOST_TARIFFS + ")");
        }
    }

    private void variants() {
        for (int i = 0; i < card.variants().size(); i++) {
            Variant variant = card.variants().get(i);
            each("variants.", variant.rates());
            for (Variant other : card.variants().subList(0, i)) {
                if (variant.contradicts(other)) {
                    throw new IllegalArgumentException("variants: '" + variant.text() + "' and '" + other.text()
                            + "' (expected: conditions of which one is closer where both hold)");
                }
            }
        }
    }

    private void graduated() {
        for (int i = 0; i < card.graduated().size(); i++) {
            Graduated step = card.graduated().get(i);
            each("graduated.", Map.of(step.unit(), step.rate()));
            if (RateCard.effective(card.rates(), step.unit()) == null) {
                throw new IllegalArgumentException(
                        "graduated." + step.unit().wireName() + " (expected: a rate of the model for the units below)");
            }
            for (Graduated before : card.graduated().subList(0, i)) {
                if (before.unit() == step.unit() && before.above().compareTo(step.above()) >= 0) {
                    throw new IllegalArgumentException(
                            "graduated.above: " + step.above().toPlainString() + " (expected: above "
                                    + before.above().toPlainString() + ")");
                }
            }
        }
    }
}
