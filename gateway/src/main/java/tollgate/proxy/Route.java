package tollgate.proxy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.identity.ModelPattern;
import tollgate.metering.HoldSettings;

/**
 * Where requests for some models go, and how they are treated. Immutable; its targets' standings are thread-safe.
 *
 * @param name for records; null: nobody wrote it down, it is the dialect's only upstream
 * @param dialect the wire language of its requests
 * @param models what clients ask for: names, or patterns with {@code *}
 * @param region its requests go nowhere else; null: anywhere
 * @param targets the upstreams, in the order they were written down
 * @param attempts the most upstreams that one request is sent to
 * @param within no further attempt begins later than this after the first
 * @param resend a request that an upstream had whole, and did not answer, goes to another one, though both may bill it
 * @param drains whether an answer is read to its end where the client has left; null: where its cost cannot be seen
 * @param holds how much is held
 */
public record Route(
        @Nullable String name,
        String dialect,
        List<String> models,
        @Nullable String region,
        List<Target> targets,
        int attempts,
        Duration within,
        boolean resend,
        @Nullable Boolean drains,
        HoldSettings holds) {
    /** Copies what could change. */
    public Route {
        models = List.copyOf(models);
        targets = List.copyOf(targets);
    }

    /** One for everything, to one upstream: it is asked even while it fails, since there is no other. */
    static Route only(Target target, HoldSettings holds) {
        return new Route(
                null,
                target.upstream().dialect(),
                List.of("*"),
                null,
                List.of(target),
                1,
                Duration.ZERO,
                false,
                null,
                holds);
    }

    /** The same to other targets. */
    Route to(List<Target> others) {
        return new Route(name, dialect, models, region, others, attempts, within, resend, drains, holds);
    }

    /** Whether it is about what a client asks for. */
    boolean covers(String model) {
        for (String pattern : models) {
            if (ModelPattern.matches(pattern, model)) {
                return true;
            }
        }
        return false;
    }

    /** Whether targets rest after failures. */
    boolean rests() {
        return name != null;
    }
}
