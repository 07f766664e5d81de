package tollgate.pricing;

import java.math.BigDecimal;

/**
 * A marginal rate: what units of a class above a number cost, within one request.
 *
 * @param unit the class
 * @param above the number of units
 * @param rate of those above it
 */
public record Graduated(UnitClass unit, BigDecimal above, Rate rate) {
    /** Checks the number. */
    public Graduated {
        if (above.signum() <= 0) {
            throw new IllegalArgumentException("graduated.above: " + above.toPlainString() + " (expected: above 0)");
        }
        Steps.of(unit, above);
    }
}
