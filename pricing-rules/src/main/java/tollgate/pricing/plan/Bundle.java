package tollgate.pricing.plan;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Rate;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;

/**
 * Units paid for by the period: "10M tokens for 50 USD a month", "unlimited fine-tuning for 500 USD a month". A free quota
 * is a bundle of no price. Immutable.
 *
 * @param name as charges call it
 * @param price what it costs a period, charged when the period begins
 * @param period how long it lasts
 * @param units the classes that it covers; what of them is used counts together
 * @param model the one model that it covers; null: every model
 * @param included how many units of a period are paid for; null: all of them
 * @param overage what units beyond cost; null: what they cost without the bundle
 * @param fairUse where units are charged again however many are included; null: never
 */
public record Bundle(
        String name,
        Usd price,
        Span period,
        Set<UnitClass> units,
        @Nullable String model,
        @Nullable Long included,
        @Nullable Rate overage,
        @Nullable Long fairUse) {
    /** How long a period lasts. */
    public enum Span {
        /** A day. */
        DAY,
        /** A month of the calendar. */
        MONTH,
        /** A year of the calendar. */
        YEAR
    }

    /** Checks the numbers and copies the classes. */
    public Bundle {
        units = Set.copyOf(units);
        if (units.isEmpty()) {
            throw new IllegalArgumentException(name + ": no class of units (expected: at least one)");
        }
        if (price.nano() < 0) {
            throw new IllegalArgumentException(name + ": price " + price + " (expected: at least 0)");
        }
        checked(name + ": included", included);
        checked(name + ": fair_use", fairUse);
        if (overage != null && overage.usd().signum() < 0) {
            throw new IllegalArgumentException(name + ": overage " + overage + " (expected: at least 0)");
        }
    }

    private static void checked(String what, @Nullable Long count) {
        if (count != null && count < 0) {
            throw new IllegalArgumentException(what + ": " + count + " (expected: at least 0)");
        }
    }

    /** How many of further units are paid for, after so many were used in the period. */
    public long covers(long used, long more) {
        long limit = included == null ? Long.MAX_VALUE : included;
        limit = fairUse == null ? limit : Math.min(limit, fairUse);
        return Math.max(0, Math.min(more, limit - used));
    }

    /** What units beyond cost in dollars; null: what they cost without the bundle. */
    @Nullable
    BigDecimal overageUsd(long units) {
        return overage == null
                ? null
                : overage.usd()
                        .multiply(BigDecimal.valueOf(units))
                        .divide(BigDecimal.valueOf(overage.per().units()), 30, RoundingMode.CEILING);
    }
}
