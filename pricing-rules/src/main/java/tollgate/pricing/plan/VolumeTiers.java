package tollgate.pricing.plan;

import java.math.BigDecimal;
import java.util.List;
import tollgate.pricing.Usd;

/**
 * Less to pay in a month in which much was spent: marginal, by what was charged before in the month. Immutable.
 *
 * @param steps ascending
 */
public record VolumeTiers(List<Step> steps) {
    /** No tiers. */
    public static final VolumeTiers NONE = new VolumeTiers(List.of());

    private static final int PERCENT = 100;

    /**
     * What is charged above an amount costs so much less.
     *
     * @param above spent before in the month, before any of these discounts
     * @param percent off, 0 to 100
     */
    public record Step(Usd above, BigDecimal percent) {}

    /** Checks the order. */
    public VolumeTiers {
        steps = List.copyOf(steps);
        Usd before = new Usd(-1);
        for (Step step : steps) {
            if (step.above.compareTo(before) <= 0
                    || step.percent.signum() < 0
                    || step.percent.compareTo(BigDecimal.valueOf(PERCENT)) > 0) {
                throw new IllegalArgumentException("volume tier above " + step.above + ": "
                        + step.percent.toPlainString() + " % (expected: ascending amounts and 0..100)");
            }
            before = step.above;
        }
    }

    /** What a charge, in exact dollars, comes to after so much was charged in the month. */
    public BigDecimal discounted(Usd chargedBefore, BigDecimal charge) {
        BigDecimal from = BigDecimal.valueOf(chargedBefore.nano(), 9);
        BigDecimal until = from.add(charge);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal lower = from;
        BigDecimal percent = BigDecimal.ZERO;
        for (Step step : steps) {
            BigDecimal at = BigDecimal.valueOf(step.above.nano(), 9);
            if (at.compareTo(until) >= 0) {
                break;
            }
            if (at.compareTo(lower) > 0) {
                sum = sum.add(less(at.subtract(lower), percent));
                lower = at;
            }
            percent = step.percent;
        }
        return sum.add(less(until.subtract(lower), percent));
    }

    private static BigDecimal less(BigDecimal amount, BigDecimal percent) {
        return amount.subtract(amount.multiply(percent).movePointLeft(2));
    }
}
