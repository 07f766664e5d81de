package tollgate.pricing;

import java.math.BigDecimal;

/** What is added to a cost to make a charge: an exact percentage, a fixed amount a request, or both. Immutable. */
public final class Markup {
    /** The scale of {@link #factor()}: a factor of this is no markup. */
    static final long ONE = 1_000_000L;

    /** Most decimals of a percentage. */
    public static final int PERCENT_DECIMALS = 4;

    private static final BigDecimal MOST = BigDecimal.valueOf(10_000);
    private static final Usd MOST_FIXED = Usd.parse("1000");

    /** Charge what it costs. */
    public static final Markup NONE = percent(BigDecimal.ZERO);

    private final BigDecimal percent;
    private final long factor;
    private final Usd fixed;

    private Markup(BigDecimal percent, long factor, Usd fixed) {
        this.percent = percent;
        this.factor = factor;
        this.fixed = fixed;
    }

    /**
     * A markup of so many percent: 0 to 10000, with at most four decimals.
     *
     * @throws IllegalArgumentException when it is out of range or finer than that
     */
    public static Markup percent(BigDecimal percent) {
        BigDecimal plain = percent.stripTrailingZeros();
        if (plain.signum() < 0 || plain.compareTo(MOST) > 0 || plain.scale() > PERCENT_DECIMALS) {
            throw new IllegalArgumentException(
                    "markup_percent: " + percent + " (expected: 0..10000 with up to 4 decimals)");
        }
        return new Markup(plain, ONE + plain.movePointRight(PERCENT_DECIMALS).longValueExact(), Usd.ZERO);
    }

    /**
     * This percentage, and a fixed amount for each request that used anything.
     *
     * @throws IllegalArgumentException when it is negative or above 1000 USD
     */
    public Markup plusFixed(Usd amount) {
        if (amount.nano() < 0 || amount.compareTo(MOST_FIXED) > 0) {
            throw new IllegalArgumentException("markup_fixed: " + amount + " (expected: 0..1000)");
        }
        return new Markup(percent, factor, amount);
    }

    /** The percentage. */
    public BigDecimal percent() {
        return percent;
    }

    /** The amount for each request. */
    public Usd fixed() {
        return fixed;
    }

    /** What a cost is multiplied by, in millionths: 1,000,000 is no markup. */
    long factor() {
        return factor;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Markup markup && markup.factor == factor && markup.fixed.equals(fixed);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(factor) * 31 + fixed.hashCode();
    }

    @Override
    public String toString() {
        return percent.toPlainString() + " %" + (fixed.equals(Usd.ZERO) ? "" : " + " + fixed + " USD");
    }
}
