package tollgate.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * The arithmetic's small parts of a dollar. A <i>grain</i> is a ninth of a femto-dollar (10⁻¹⁵ USD): in it the price of a
 * step of every class is a whole number, whether a rate is for a million tokens, a minute or an hour, since 3600 = 400 × 9.
 * Rates with more decimals than people write, as catalogues have them, are whole in <i>fine grains</i>, of which a grain
 * has 10³⁰; they are reckoned in big integers.
 */
final class Grains {
    static final long PER_NANO = 9_000_000L;

    /** A rate that is not a whole number of grains, or more than a long. */
    static final long NOT_WHOLE = -2;

    private static final BigDecimal PER_USD = BigDecimal.valueOf(9_000_000_000_000_000L);
    private static final int FINE_DIGITS = 30;
    private static final BigInteger FINE = BigInteger.TEN.pow(FINE_DIGITS);
    private static final BigDecimal FINE_PER_USD = PER_USD.scaleByPowerOfTen(FINE_DIGITS);
    private static final BigInteger FINE_PER_NANO = BigInteger.valueOf(PER_NANO).multiply(FINE);

    /** Decimals of a dollar that people are shown; what is beyond is in the rounding. */
    private static final int SHOWN = 18;

    private static final int EXACT = 30;

    private Grains() {}

    /** Grains of one step of a class, at so many dollars for so many units; {@link #NOT_WHOLE} where they are not. */
    static long perStep(Rate rate, UnitClass unit) {
        BigInteger[] grains = finePerStep(rate, unit).divideAndRemainder(FINE);
        return grains[1].signum() == 0 && grains[0].bitLength() < Long.SIZE ? grains[0].longValue() : NOT_WHOLE;
    }

    /** The same up to a whole grain: for bounds. */
    static long perStepUp(Rate rate, UnitClass unit) {
        return up(finePerStep(rate, unit), FINE).longValueExact();
    }

    /**
     * Fine grains of one step.
     *
     * @throws IllegalArgumentException when not even they are whole: more than some forty decimals
     */
    static BigInteger finePerStep(Rate rate, UnitClass unit) {
        if (rate.isZero()) {
            return BigInteger.ZERO;
        }
        try {
            return rate.usd()
                    .multiply(FINE_PER_USD)
                    .divide(BigDecimal.valueOf((long) rate.per().units() * unit.steps()))
                    .toBigIntegerExact();
        } catch (ArithmeticException notWhole) {
            throw new IllegalArgumentException(
                    unit.wireName() + ": " + rate + " (expected: fewer decimals, factors included)", notWhole);
        }
    }

    static BigInteger fine(long grains) {
        return BigInteger.valueOf(grains).multiply(FINE);
    }

    /** Dollars of fine grains, cut after eighteen decimals. */
    static BigDecimal usd(BigInteger fine) {
        BigDecimal usd = new BigDecimal(fine).divide(FINE_PER_USD, SHOWN, RoundingMode.FLOOR);
        BigDecimal plain = usd.stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    /** Dollars of fine grains with a markup, up at the thirtieth decimal. */
    static BigDecimal exactUsd(BigInteger fine, Markup markup) {
        return new BigDecimal(fine.multiply(BigInteger.valueOf(markup.factor())))
                .divide(FINE_PER_USD.multiply(BigDecimal.valueOf(Markup.ONE)), EXACT, RoundingMode.CEILING)
                .add(BigDecimal.valueOf(markup.fixed().nano(), 9));
    }

    /** Whole nano-dollars of fine grains, up. */
    static BigInteger nanoUp(BigInteger fine) {
        return up(fine, FINE_PER_NANO);
    }

    /** Fine grains of nano-dollars. */
    static BigInteger ofNano(long nano) {
        return BigInteger.valueOf(nano).multiply(FINE_PER_NANO);
    }

    /** A quotient of a number that is not negative, up. */
    static BigInteger up(BigInteger number, BigInteger by) {
        BigInteger[] whole = number.divideAndRemainder(by);
        return whole[1].signum() > 0 ? whole[0].add(BigInteger.ONE) : whole[0];
    }
}
