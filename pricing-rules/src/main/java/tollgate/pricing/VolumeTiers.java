package tollgate.pricing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

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
     * @param above charged before in the month
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

    /**
     * A charge with what it is less by as an adjustment of its own; rounded up once.
     *
     * @param chargedBefore in the month
     */
    public Charge discounted(Usd chargedBefore, Charge charge) {
        BigDecimal exact = discounted(chargedBefore, charge.exact());
        if (exact.compareTo(charge.exact()) == 0) {
            return charge;
        }
        List<Adjustment> adjustments = new ArrayList<>(charge.adjustments());
        adjustments.removeIf(each -> each.kind() == Adjustment.Kind.ROUNDING);
        adjustments.add(new Adjustment(
                Adjustment.Kind.PLAN,
                "volume tiers, after " + chargedBefore + " USD in the month",
                exact.subtract(charge.exact())));
        Usd rounded = Usd.roundUp(exact);
        BigDecimal up = BigDecimal.valueOf(rounded.nano(), 9)
                .subtract(new Charge(charge.cost(), rounded, exact, charge.lines(), adjustments).sum());
        if (up.signum() != 0) {
            adjustments.add(new Adjustment(Adjustment.Kind.ROUNDING, "up to the nano-dollar", up));
        }
        return new Charge(charge.cost(), rounded, exact, charge.lines(), adjustments);
    }

    private static BigDecimal less(BigDecimal amount, BigDecimal percent) {
        return amount.subtract(amount.multiply(percent).movePointLeft(2));
    }
}
