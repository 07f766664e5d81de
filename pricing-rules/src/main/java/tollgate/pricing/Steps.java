package tollgate.pricing;

import java.math.BigDecimal;

/** Units and the steps they are counted in. */
final class Steps {
    private Steps() {}

    /**
     * Steps of so many units.
     *
     * @throws IllegalArgumentException when they are negative, finer than a step, or too many to count
     */
    static long of(UnitClass unit, BigDecimal units) {
        try {
            if (units.signum() >= 0) {
                return units.multiply(BigDecimal.valueOf(unit.steps())).longValueExact();
            }
        } catch (ArithmeticException finerOrTooMany) {
            throw new IllegalArgumentException(wrong(unit, units), finerOrTooMany);
        }
        throw new IllegalArgumentException(wrong(unit, units));
    }

    static BigDecimal units(UnitClass unit, long steps) {
        BigDecimal units = BigDecimal.valueOf(steps)
                .divide(BigDecimal.valueOf(unit.steps()))
                .stripTrailingZeros();
        return units.scale() < 0 ? units.setScale(0) : units;
    }

    private static String wrong(UnitClass unit, BigDecimal units) {
        return unit.wireName() + ": " + units.toPlainString() + " (expected: >= 0 and below 2^63, in "
                + (unit.steps() == 1 ? "whole units" : "steps of 1/" + unit.steps()) + ")";
    }
}
