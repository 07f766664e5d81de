package tollgate.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/**
 * An amount of US dollars, counted in nano-dollars (10⁻⁹ USD).
 *
 * <p>The range is ±{@value #MAX_NANO} nano-USD (about 9 million dollars): what Redis Lua, whose numbers are IEEE
 * doubles, still counts exactly. Every operation that would leave the range throws {@link ArithmeticException}.
 * Immutable and thread-safe.
 *
 * @param nano the amount in nano-USD
 */
public record Usd(long nano) implements Comparable<Usd> {
    /** Largest magnitude, in nano-USD. */
    public static final long MAX_NANO = 9_000_000_000_000_000L;

    /** No money. */
    public static final Usd ZERO = new Usd(0);

    private static final int NANO_DIGITS = 9;
    private static final Pattern AMOUNT = Pattern.compile("\\d{1,7}(\\.\\d{1,9})?");

    /** Checks the range. */
    public Usd {
        if (nano < -MAX_NANO || nano > MAX_NANO) {
            throw new ArithmeticException("nano: " + nano + " (expected: -" + MAX_NANO + ".." + MAX_NANO + ")");
        }
    }

    /**
     * Reads what a person or an API client wrote: digits with at most nine decimal places, no sign and no exponent.
     *
     * @throws IllegalArgumentException when the text is anything else, or above 9,000,000
     */
    public static Usd parse(String text) {
        if (!AMOUNT.matcher(text).matches()) {
            throw new IllegalArgumentException("amount: '" + text + "' (expected: digits with up to 9 decimals)");
        }
        BigDecimal nano = new BigDecimal(text).movePointRight(NANO_DIGITS);
        if (nano.compareTo(BigDecimal.valueOf(MAX_NANO)) > 0) {
            throw new IllegalArgumentException("amount: '" + text + "' (expected: at most 9000000)");
        }
        return new Usd(nano.longValueExact());
    }

    /** Rounds an exact amount of dollars up to the next nano-dollar: the one rounding of a charge. */
    public static Usd roundUp(BigDecimal dollars) {
        return new Usd(dollars.movePointRight(NANO_DIGITS)
                .setScale(0, RoundingMode.CEILING)
                .longValueExact());
    }

    /** The sum. */
    public Usd plus(Usd other) {
        return new Usd(Math.addExact(nano, other.nano));
    }

    /** The difference, which may be negative. */
    public Usd minus(Usd other) {
        return new Usd(Math.subtractExact(nano, other.nano));
    }

    @Override
    public int compareTo(Usd other) {
        return Long.compare(nano, other.nano);
    }

    /** Decimal dollars with two to nine places, trailing zeros trimmed down to two: {@code 0.0012}, {@code 1.00}. */
    @Override
    public String toString() {
        BigDecimal dollars = BigDecimal.valueOf(nano, NANO_DIGITS).stripTrailingZeros();
        return (dollars.scale() < 2 ? dollars.setScale(2, RoundingMode.UNNECESSARY) : dollars).toPlainString();
    }
}
