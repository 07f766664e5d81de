package tollgate.proxy;

import java.time.Duration;

/**
 * How answers in the background are seen to. Immutable.
 *
 * @param life a job's hold expires so long after its last renewal
 * @param longest a job that is not over by then is given up
 * @param firstLook how long after its beginning it is first asked for; half as long again each time, up to {@code rarest}
 * @param rarest the longest time between two looks
 * @param forgotten a provider that says for so long that it knows no such job has forgotten it
 * @param lookWait a look that has no answer by then is given up
 * @param mostLooks so many looks are under way at one upstream
 */
public record JobSettings(
        Duration life,
        Duration longest,
        Duration firstLook,
        Duration rarest,
        Duration forgotten,
        Duration lookWait,
        int mostLooks) {
    /** The usual ones. */
    public static final JobSettings DEFAULTS = new JobSettings(
            Duration.ofMinutes(15),
            Duration.ofHours(24),
            Duration.ofMillis(500),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            32);

    /** A hold may live so long: past the end of its job, which settles it. */
    Duration longestHold() {
        return longest.plus(life);
    }

    /** Given up after another time. */
    public JobSettings longest(Duration now) {
        return new JobSettings(life, now, firstLook, rarest, forgotten, lookWait, mostLooks);
    }
}
