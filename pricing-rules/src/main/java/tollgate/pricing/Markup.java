package tollgate.pricing;

import java.math.BigDecimal;

/** What is added to a cost to make a charge, as an exact percentage. Immutable and thread-safe. */
public final class Markup {
    /** The scale of {@link #factor()}: a factor of this is no markup. */
    static final long ONE = 1_000_000L;

    private static final BigDecimal MOST = BigDecimal.valueOf(10_000);
    private static final int PERCENT_DECIMALS = 4;

    /** Charge what it costs. */
    public static final Markup NONE = percent(BigDecimal.ZERO);

    private final BigDecimal percent;
    private final long factor;

    private Markup(BigDecimal percent, long factor) {
        this.percent = percent;
        this.factor = factor;
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
        return new Markup(plain, ONE + plain.movePointRight(PERCENT_DECIMALS).longValueExact());
    }

    /** The percentage. */
    public BigDecimal percent() {
        return percent;
    }

    /** What a cost is multiplied by, in millionths: 1,000,000 is no markup. */
    long factor() {
        return factor;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Markup markup && markup.factor == factor;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(factor);
    }

    @Override
    public String toString() {
        return percent.toPlainString() + " %";
    }
}
