package tollgate.pricing;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What must be true of a card as a whole. */
final class CardCheck {
    static final int MOST_TARIFFS = 256;

    private final RateCard card;

    private CardCheck(RateCard card) {
        this.card = card;
        Factors.after(card.discountPercent());
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

    /** The range of each rate. */
    private static void each(String where, Map<UnitClass, Rate> rates) {
        rates.forEach((unit, rate) -> {
            try {
                rate.check(unit);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(where + wrong.getMessage(), wrong);
            }
        });
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
                if (variant.contradicts(other) && !settled(variant, other)) {
                    throw new IllegalArgumentException("variants: '" + variant.text() + "' and '" + other.text()
                            + "' (expected: conditions of which one is closer where both hold)");
                }
            }
        }
    }

    /** Where two variants both hold, a third that has the conditions of both decides. */
    private boolean settled(Variant one, Variant other) {
        Map<Attribute, String> both = new HashMap<>(one.when());
        both.putAll(other.when());
        Set<UnitClass> contested = new HashSet<>(one.rates().keySet());
        contested.retainAll(other.rates().keySet());
        return both.size() > one.when().size()
                && card.variants().stream()
                        .anyMatch(third -> third.when().equals(both)
                                && third.rates().keySet().containsAll(contested));
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
