package tollgate.pricing;

import java.math.BigDecimal;

/** Factors on rates. */
final class Factors {
    private static final BigDecimal MOST = BigDecimal.valueOf(100);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final int DECIMALS = 4;

    private Factors() {}

    /** A factor above 0, at most 100, with at most four decimals. */
    static BigDecimal checked(String name, BigDecimal factor) {
        BigDecimal plain = factor.stripTrailingZeros();
        if (plain.signum() <= 0 || plain.compareTo(MOST) > 0 || plain.scale() > DECIMALS) {
            throw new IllegalArgumentException(
                    name + ": " + factor.toPlainString() + " (expected: above 0, at most 100, up to 4 decimals)");
        }
        return plain;
    }

    /** What remains of a rate after a discount: 0 to below 100 percent, with at most two decimals. */
    static BigDecimal after(BigDecimal discountPercent) {
        if (discountPercent.signum() < 0
                || discountPercent.compareTo(HUNDRED) >= 0
                || discountPercent.stripTrailingZeros().scale() > 2) {
            throw new IllegalArgumentException("discount_percent: " + discountPercent.toPlainString()
                    + " (expected: 0 to below 100, up to 2 decimals)");
        }
        return HUNDRED.subtract(discountPercent).movePointLeft(2).stripTrailingZeros();
    }
}
