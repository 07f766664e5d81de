package tollgate.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;

/**
 * Rates compiled to whole femto-dollars (10⁻¹⁵ USD) per unit, for prompts above a threshold. Immutable.
 *
 * <p>A rate of dollars per million units has at most nine decimals, so that its femto-dollars per unit are whole.
 */
@SuppressWarnings("EnumOrdinal") // an array by class lives and dies with the process; the order is stored nowhere
final class Tariff {
    private static final UnitClass[] CLASSES = UnitClass.values();
    private static final long UNPRICED = -1;

    /** Decimal places of a femto-dollar. */
    private static final int FEMTO_DIGITS = 15;

    /** Applies to prompts of more tokens than this; -1: to every prompt. */
    final long abovePromptTokens;

    /** Femto-dollars of the dearest class of a prompt, and of an answer. */
    final long dearestInput;

    final long dearestOutput;

    private final long[] femto = new long[CLASSES.length];

    Tariff(long abovePromptTokens, Map<UnitClass, BigDecimal> usdPerMillion) {
        this.abovePromptTokens = abovePromptTokens;
        long input = 0;
        long output = 0;
        for (UnitClass unit : CLASSES) {
            BigDecimal rate = RateCard.effective(usdPerMillion, unit);
            long perUnit = rate == null
                    ? UNPRICED
                    : rate.movePointRight(RateCard.DECIMALS).longValueExact();
            femto[unit.ordinal()] = perUnit;
            input = unit.isInputToken() ? Math.max(input, perUnit) : input;
            output = unit.isOutputToken() ? Math.max(output, perUnit) : output;
        }
        dearestInput = input;
        dearestOutput = output;
    }

    boolean prices(UnitClass unit) {
        return femto[unit.ordinal()] != UNPRICED;
    }

    /** Femto-dollars per unit; 0 where it has no price. */
    long femtoPerUnit(UnitClass unit) {
        return Math.max(0, femto[unit.ordinal()]);
    }

    BigDecimal usdPerUnit(UnitClass unit) {
        return usd(BigInteger.valueOf(femtoPerUnit(unit)));
    }

    /** The exact cost of a usage in femto-dollars. */
    BigInteger femto(Usage usage) {
        BigInteger sum = BigInteger.ZERO;
        for (UnitClass unit : CLASSES) {
            long units = usage.units(unit);
            if (units != 0) {
                sum = sum.add(product(units, femtoPerUnit(unit)));
            }
        }
        return sum;
    }

    /** The exact cost in femto-dollars of so many of the dearest tokens. */
    BigInteger dearest(long inputTokens, long outputTokens) {
        return product(inputTokens, dearestInput).add(product(outputTokens, dearestOutput));
    }

    static BigInteger product(long units, long femtoPerUnit) {
        return BigInteger.valueOf(units).multiply(BigInteger.valueOf(femtoPerUnit));
    }

    static BigDecimal usd(BigInteger femto) {
        BigDecimal plain = new BigDecimal(femto, FEMTO_DIGITS).stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0) : plain;
    }
}
