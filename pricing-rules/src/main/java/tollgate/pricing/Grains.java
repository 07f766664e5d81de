package tollgate.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * The arithmetic's smallest part of a dollar: a ninth of a femto-dollar (10⁻¹⁵ USD). In it the price of a step of every
 * class is a whole number, whether a rate is for a million tokens, a minute or an hour: 3600 = 400 × 9.
 */
final class Grains {
    static final long PER_NANO = 9_000_000L;

    private static final BigDecimal PER_USD = BigDecimal.valueOf(9_000_000_000_000_000L);
    private static final BigInteger NANO = BigInteger.valueOf(PER_NANO);

    /** Decimals of a dollar that people are shown; what is beyond is in the rounding. */
    private static final int SHOWN = 18;

    private Grains() {}

    /**
     * Grains of one step of a class, at so many dollars for so many units.
     *
     * @throws IllegalArgumentException when they are not whole or not a long
     */
    static long perStep(BigDecimal usd, Per per, UnitClass unit) {
        BigDecimal units = BigDecimal.valueOf((long) per.units() * unit.steps());
        BigDecimal grains;
        try {
            grains = usd.multiply(PER_USD).divide(units).setScale(0, RoundingMode.UNNECESSARY);
        } catch (ArithmeticException notWhole) {
            throw new IllegalArgumentException(
                    unit.wireName() + ": " + usd.toPlainString() + " " + per.key()
                            + " (expected: fewer decimals, factors included)",
                    notWhole);
        }
        if (grains.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException(unit.wireName() + ": " + usd.toPlainString() + " " + per.key()
                    + " (expected: at most 1000 a unit)");
        }
        return grains.longValueExact();
    }

    /** Dollars, cut after eighteen decimals. */
    static BigDecimal usd(BigInteger grains) {
        BigDecimal usd = new BigDecimal(grains).divide(PER_USD, SHOWN, RoundingMode.FLOOR);
        BigDecimal plain = usd.stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    /** Whole nano-dollars, up. */
    static BigInteger nanoUp(BigInteger grains) {
        BigInteger[] nano = grains.divideAndRemainder(NANO);
        return nano[1].signum() > 0 ? nano[0].add(BigInteger.ONE) : nano[0];
    }

    static BigInteger ofNano(long nano) {
        return BigInteger.valueOf(nano).multiply(NANO);
    }

    static BigInteger product(long count, long grains) {
        return BigInteger.valueOf(count).multiply(BigInteger.valueOf(grains));
    }
}
