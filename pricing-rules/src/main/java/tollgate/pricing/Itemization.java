package tollgate.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One usage under one tariff, item by item and exact at any size: what explanations and unusual charges are made of. */
final class Itemization {
    private final RateCard card;
    private final Tariff tariff;
    private final Usage usage;
    private final Terms terms;
    private final List<Item> items = new ArrayList<>();
    private BigInteger sum = BigInteger.ZERO;

    /** Steps at a rate; derived null: without a price. */
    record Item(UnitClass unit, long steps, Derivation.@Nullable Derived derived) {
        /** In fine grains. */
        BigInteger total() {
            return derived == null || steps == 0
                    ? BigInteger.ZERO
                    : BigInteger.valueOf(steps).multiply(Grains.finePerStep(derived.rate(), unit));
        }
    }

    Itemization(Tariff tariff, Usage usage, Terms terms) {
        this.card = tariff.derivation.card();
        this.tariff = tariff;
        this.usage = usage;
        this.terms = terms;
        for (UnitClass unit : Tariff.CLASSES) {
            if (usage.reported(unit)) {
                of(unit, billed(unit, usage.steps(unit)));
            }
        }
    }

    List<Item> items() {
        return items;
    }

    /** The exact sum in fine grains, before any minimum. */
    BigInteger sum() {
        return sum;
    }

    /** The lines of a charge. */
    List<ChargeLine> lines() {
        List<ChargeLine> lines = new ArrayList<>();
        for (Item item : items) {
            Derivation.Derived derived = item.derived;
            lines.add(new ChargeLine(
                    item.unit,
                    Steps.units(item.unit, item.steps),
                    derived == null ? new Rate(BigDecimal.ZERO, Per.EACH) : derived.rate(),
                    Grains.usd(item.total()),
                    derived == null && item.steps > 0,
                    derived == null ? "no rate" : reason(item, derived),
                    derived != null && derived.assumed(),
                    card.provenance(derived == null ? item.unit : derived.listed())));
        }
        return lines;
    }

    private String reason(Item item, Derivation.Derived derived) {
        long counted = usage.steps(item.unit);
        return item.steps > counted
                ? join(
                        derived.reason(),
                        "billed for " + Steps.units(item.unit, counted).toPlainString())
                : derived.reason();
    }

    private static String join(String reason, String more) {
        return reason.isEmpty() ? more : reason + "; " + more;
    }

    private void of(UnitClass unit, long steps) {
        Item variant = variant(unit, steps);
        if (variant != null) {
            add(variant);
            return;
        }
        long left = steps;
        List<Tariff.Step> marginal = tariff.graduated(unit);
        for (int i = marginal.size() - 1; i >= 0; i--) {
            Tariff.Step step = marginal.get(i);
            if (left > step.above()) {
                add(new Item(unit, left - step.above(), step.derived()));
                left = step.above();
            }
        }
        if (left > 0 || steps == 0) {
            add(new Item(unit, left, tariff.derived(unit)));
        }
    }

    private void add(Item item) {
        items.add(item);
        sum = sum.add(item.total());
    }

    /** What is billed for a count: at least the least, in the card's steps. */
    private long billed(UnitClass unit, long counted) {
        if (counted == 0) {
            return 0;
        }
        BigDecimal least = card.minimumUnits().get(unit);
        long steps = least == null ? counted : Math.max(counted, Steps.of(unit, least));
        BigDecimal in = card.billedInSteps().get(unit);
        if (in == null) {
            return steps;
        }
        long size = Steps.of(unit, in);
        return Math.multiplyExact(Math.ceilDiv(steps, size), size);
    }

    private @Nullable Item variant(UnitClass unit, long steps) {
        Variant closest = null;
        for (Variant each : card.variants()) {
            if (each.rates().containsKey(unit)
                    && holds(each)
                    && (closest == null || each.when().size() > closest.when().size())) {
                closest = each;
            }
        }
        Rate rate = closest == null ? null : closest.rates().get(unit);
        if (closest == null || rate == null) {
            return null;
        }
        BigDecimal usd = rate.usd().multiply(Factors.after(card.discountPercent()));
        Rate discounted = new Rate(usd, rate.per());
        return new Item(unit, steps, new Derivation.Derived(discounted, unit, closest.text(), false));
    }

    private boolean holds(Variant variant) {
        for (Map.Entry<Attribute, String> condition : variant.when().entrySet()) {
            if (!condition.getValue().equals(terms.value(condition.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
