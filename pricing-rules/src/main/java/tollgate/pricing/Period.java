package tollgate.pricing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a card applies.
 *
 * @param from the first moment; null: from ever
 * @param until the first moment at which it does no more; null: for ever
 */
public record Period(@Nullable Instant from, @Nullable Instant until) {
    /** Always. */
    public static final Period ALWAYS = new Period(null, null);

    /** Checks the order. */
    public Period {
        if (from != null && until != null && !from.isBefore(until)) {
            throw new IllegalArgumentException(
                    "effective_until: " + until + " (expected: after effective_from, " + from + ")");
        }
    }

    /** It applies at a moment. */
    public boolean covers(Instant at) {
        return (from == null || !at.isBefore(from)) && (until == null || at.isBefore(until));
    }

    /** Some moment is in both. */
    public boolean overlaps(Period other) {
        return (from == null || other.until == null || from.isBefore(other.until))
                && (other.from == null || until == null || other.from.isBefore(until));
    }

    @Override
    public String toString() {
        return (from == null ? "" : "from " + from)
                + (from != null && until != null ? " " : "")
                + (until == null ? "" : "until " + until);
    }
}
