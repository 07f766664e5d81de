package tollgate.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Dollars for so many units of one class. Immutable.
 *
 * @param usd the dollars
 * @param per for how many units
 */
public record Rate(BigDecimal usd, Per per) {
    /** Rates have at most this many decimals as written. */
    static final int DECIMALS = 18;

    /** A token costs at most this many dollars a million: dearer is a slip of per-token and per-million. */
    static final BigDecimal MOST_PER_MILLION_TOKENS = BigDecimal.valueOf(10_000);

    private static final int SHOWN = 18;

    private static final BigDecimal MOST_EACH = BigDecimal.valueOf(1_000);

    /** Trims zeros. */
    public Rate {
        BigDecimal plain = usd.stripTrailingZeros();
        usd = plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    /** Dollars per million units. */
    public static Rate perMillion(String usd) {
        return new Rate(new BigDecimal(usd), Per.MILLION);
    }

    /** Dollars per unit. */
    public static Rate each(String usd) {
        return new Rate(new BigDecimal(usd), Per.EACH);
    }

    /** It is 0: somebody said that it costs nothing. */
    public boolean isZero() {
        return usd.signum() == 0;
    }

    /** Dollars for one unit, for people: exact but for rates by the minute or hour, cut after eighteen decimals. */
    public BigDecimal perUnit() {
        BigDecimal each = usd.divide(BigDecimal.valueOf(per.units()), SHOWN, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        return each.scale() < 0 ? each.setScale(0) : each;
    }

    /** This is as much or more for a unit than another. */
    boolean atLeast(Rate other) {
        return usd.multiply(BigDecimal.valueOf(other.per.units()))
                        .compareTo(other.usd.multiply(BigDecimal.valueOf(per.units())))
                >= 0;
    }

    /** As a rate card has it: {@code 2.5 usd_per_million}. */
    @Override
    public String toString() {
        return usd.toPlainString() + " " + per.key();
    }

    /** Refuses what no provider asks for a unit of the class. */
    void check(UnitClass unit) {
        BigDecimal most = BigDecimal.valueOf(per.units())
                .multiply(unit.isToken() ? MOST_PER_MILLION_TOKENS.movePointLeft(6) : MOST_EACH);
        if (usd.signum() < 0 || usd.compareTo(most) > 0 || usd.scale() > DECIMALS) {
            throw new IllegalArgumentException(per.key() + "." + unit.wireName() + ": " + usd.toPlainString()
                    + " (expected: 0.." + most.stripTrailingZeros().toPlainString() + " with up to " + DECIMALS
                    + " decimals)");
        }
        if (!per.fits(unit)) {
            throw new IllegalArgumentException(
                    per.key() + "." + unit.wireName() + " (expected: a class of seconds, or another measure)");
        }
    }
}
