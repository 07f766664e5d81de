package tollgate.pricing;

import java.math.BigDecimal;
import java.time.LocalTime;

/**
 * Cheaper hours of the day, in UTC; they may pass midnight.
 *
 * @param from the first moment
 * @param until the first moment at which they are over
 * @param multiply a factor on token rates
 */
public record OffPeak(LocalTime from, LocalTime until, BigDecimal multiply) {
    /** Checks the factor and the hours. */
    public OffPeak {
        multiply = Factors.checked("off_peak.multiply", multiply);
        if (from.equals(until)) {
            throw new IllegalArgumentException(
                    "off_peak.until_utc: " + until + " (expected: another time than from_utc)");
        }
    }

    /** The hours cover a second of the day. */
    boolean covers(long secondOfDay) {
        int first = from.toSecondOfDay();
        int end = until.toSecondOfDay();
        return first < end ? secondOfDay >= first && secondOfDay < end : secondOfDay >= first || secondOfDay < end;
    }
}
