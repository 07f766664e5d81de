package tollgate.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one upstream is treated. Immutable.
 *
 * @param region where it works, as the operator calls that; null: not said
 * @param prices whose rate cards go first for what it does; null: its dialect's own provider's
 * @param timeouts how long it may take
 * @param concurrent requests under way at once; 0: as many as there are
 * @param perSecond requests begun in a second; 0: as many as there are
 * @param breaker when it rests
 * @param health how it is looked at while nobody asks; null: not at all
 * @param linkLocal addresses of the link itself are meant
 * @param drains whether a stream is read to its end where its client has left; null: where not all of its output is visible
 * @param shared what it keeps that every project may name, by id or address, or by how that begins where it ends with *
 */
public record UpstreamRules(
        @Nullable String region,
        @Nullable String prices,
        TollgateConfig.Timeouts timeouts,
        int concurrent,
        int perSecond,
        Breaker breaker,
        @Nullable Health health,
        boolean linkLocal,
        @Nullable Boolean drains,
        List<String> shared) {
    /** Copies what could change. */
    public UpstreamRules {
        shared = List.copyOf(shared);
    }

    /**
     * When an upstream rests.
     *
     * @param window so many of its last requests count
     * @param failurePercent it rests from so many failures of them on
     * @param open for so long
     * @param probes then so many at a time try it
     */
    public record Breaker(int window, int failurePercent, Duration open, int probes) {
        /** Where nobody says. */
        public static final Breaker DEFAULTS = new Breaker(20, 50, Duration.ofSeconds(10), 2);
    }

    /**
     * How an upstream is looked at.
     *
     * @param every how often, more or less
     * @param path what it is asked, with our key
     */
    public record Health(Duration every, String path) {}

    /** Nothing in particular. */
    static UpstreamRules plain(TollgateConfig.Timeouts timeouts, @Nullable Boolean drains) {
        return new UpstreamRules(null, null, timeouts, 0, 0, Breaker.DEFAULTS, null, false, drains, List.of());
    }
}
