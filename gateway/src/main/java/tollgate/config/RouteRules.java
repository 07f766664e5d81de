package tollgate.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where requests for some models go, and how they are treated. Immutable.
 *
 * @param name for records
 * @param dialect that of all its upstreams
 * @param models what clients ask for: names, or patterns with {@code *}
 * @param region that of all its upstreams; null: any
 * @param upstreams the candidates that there are, in the order they were written down; none, where all were left out
 * @param attempts the most upstreams that one request is sent to
 * @param within no further attempt begins later than this after the first
 * @param resend a request that an upstream had whole, and did not answer, goes to another one
 * @param drains whether an answer is read to its end where the client has left; null: as its model needs
 * @param holds how much is held
 */
public record RouteRules(
        String name,
        String dialect,
        List<String> models,
        @Nullable String region,
        List<Candidate> upstreams,
        int attempts,
        Duration within,
        boolean resend,
        @Nullable Boolean drains,
        TollgateConfig.Holds holds) {
    /** Copies what could change. */
    public RouteRules {
        models = List.copyOf(models);
        upstreams = List.copyOf(upstreams);
    }

    /**
     * An upstream of a route.
     *
     * @param upstream its name
     * @param model what is asked for there; null: what the client asks for
     * @param weight its share beside the others'; 0: only where none of those can be had
     * @param timeouts how long it may take on this route
     */
    public record Candidate(String upstream, @Nullable String model, int weight, TollgateConfig.Timeouts timeouts) {}
}
