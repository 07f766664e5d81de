package tollgate.identity;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** How long a cap counts before it begins anew. */
public enum Period {
    /** From second 0 to second 60. */
    MINUTE(60_000),
    /** From minute 0 to minute 60. */
    HOUR(3_600_000),
    /** From midnight to midnight. */
    DAY(86_400_000),
    /** From Monday's midnight, as ISO 8601 has it. */
    WEEK(7 * 86_400_000L),
    /** From the first's midnight; rolling: 30 days. */
    MONTH(30 * 86_400_000L),
    /** For ever. */
    LIFETIME(0);

    private static final int BUCKETS = 60;

    /** Buckets that a rolling window counts: the oldest one until it is gone wholly. */
    public static final int RING = BUCKETS + 1;

    private final long rollingMs;

    Period(long rollingMs) {
        this.rollingMs = rollingMs;
    }

    /** The name in interfaces. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Milliseconds of a period that is not the calendar's.
     *
     * @throws IllegalStateException for {@link #LIFETIME}, which has no length
     */
    public long lengthMs() {
        return bucketMs() * BUCKETS;
    }

    /**
     * Milliseconds of one of the 60 buckets of a rolling window.
     *
     * @throws IllegalStateException for {@link #LIFETIME}, which cannot roll
     */
    public long bucketMs() {
        if (this == LIFETIME) {
            throw new IllegalStateException("a lifetime does not roll");
        }
        return rollingMs / BUCKETS;
    }

    /**
     * The window that an instant is in, on the calendar of a zone. Adjacent windows share their border whatever clocks are
     * put forward or back.
     *
     * @throws IllegalStateException for {@link #LIFETIME}, which has no windows
     */
    public Window at(Instant now, ZoneId zone) {
        Instant start = start(now.atZone(zone)).toInstant();
        ZonedDateTime end = next(start.atZone(zone));
        return new Window(start, end.toInstant(), next(end).toInstant());
    }

    /**
     * A window and the one after it.
     *
     * @param start first instant of it
     * @param end first instant after it, which the next begins with
     * @param nextEnd first instant after the next
     */
    public record Window(Instant start, Instant end, Instant nextEnd) {}

    private ZonedDateTime start(ZonedDateTime now) {
        LocalDate today = now.toLocalDate();
        return switch (this) {
            case MINUTE -> now.truncatedTo(ChronoUnit.MINUTES);
            case HOUR -> now.truncatedTo(ChronoUnit.HOURS);
            case DAY -> today.atStartOfDay(now.getZone());
            case WEEK ->
                today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).atStartOfDay(now.getZone());
            case MONTH -> today.withDayOfMonth(1).atStartOfDay(now.getZone());
            case LIFETIME -> throw new IllegalStateException("a lifetime has no windows");
        };
    }

    private ZonedDateTime next(ZonedDateTime start) {
        LocalDate day = start.toLocalDate();
        return switch (this) {
            case MINUTE -> start.plusMinutes(1);
            case HOUR -> start.plusHours(1);
            case DAY -> day.plusDays(1).atStartOfDay(start.getZone());
            case WEEK -> day.plusWeeks(1).atStartOfDay(start.getZone());
            case MONTH -> day.plusMonths(1).atStartOfDay(start.getZone());
            case LIFETIME -> throw new IllegalStateException("a lifetime has no windows");
        };
    }
}
