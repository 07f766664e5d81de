package tollgate.proxy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an upstream does with one model: after too many failures it rests, then some requests try whether it is well again.
 * Thread-safe; never waits.
 *
 * <p>A status 500 counts neither way: it may be the request's own doing, and whoever found such a request could rest every
 * upstream for everybody.
 */
public final class Standing {
    private static final Logger LOG = LoggerFactory.getLogger(Standing.class);
    /** No upstream is taken at its word for longer. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);

    private final String name;
    private final Capacity capacity;
    private final Health health;
    private final CircuitBreaker breaker;
    private volatile long restsUntil = System.nanoTime();

    /** Says that a call failed; never thrown, so it knows no stack. */
    private static final class UpstreamAway extends RuntimeException {
        private static final long serialVersionUID = 1;

        UpstreamAway() {
            super("an upstream failed", null, false, false);
        }
    }

    /**
     * When an upstream rests.
     *
     * @param window so many of the last requests count, at least a quarter of them made
     * @param failurePercent it rests from so many failures of them on
     * @param rest for so long
     * @param probes then so many requests at a time try it
     */
    public record Settings(int window, int failurePercent, Duration rest, int probes) {}

    /**
     * That of an upstream and a model.
     *
     * @param name of both, for people
     * @param capacity what the upstream may be given, whatever the model
     * @param health what is seen of the upstream where it is looked at
     */
    public Standing(String name, Settings settings, Capacity capacity, Health health) {
        this.name = name;
        this.capacity = capacity;
        this.health = health;
        this.breaker = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .slidingWindow(
                                settings.window(),
                                Math.max(1, settings.window() / 4),
                                CircuitBreakerConfig.SlidingWindowType.COUNT_BASED,
                                CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.LOCK_FREE)
                        .failureRateThreshold(settings.failurePercent())
                        .waitDurationInOpenState(settings.rest())
                        .permittedNumberOfCallsInHalfOpenState(settings.probes())
                        .build());
        breaker.getEventPublisher().onStateTransition(changed -> {
            CircuitBreaker.State now = changed.getStateTransition().getToState();
            if (now == CircuitBreaker.State.OPEN) {
                restsUntil = System.nanoTime() + settings.rest().toNanos();
                LOG.warn("upstream {} rests: too many of its last requests failed, or it asked for it", name);
            } else {
                LOG.info("upstream {}: {}", name, now == CircuitBreaker.State.CLOSED ? "well again" : "tried again");
            }
        });
    }

    /** Of which upstream and model, for people. */
    public String name() {
        return name;
    }

    /**
     * Lets a request pass.
     *
     * @param rests whether nothing passes while it rests; otherwise everything does, and is only looked at
     * @return null where nothing passes now; else must be {@linkplain Passage#close closed}
     */
    @Nullable
    Passage pass(boolean rests) {
        boolean permitted = breaker.tryAcquirePermission();
        if ((!permitted && rests) || !capacity.take()) {
            if (permitted) {
                breaker.releasePermission();
            }
            return null;
        }
        return new Passage(this, permitted);
    }

    /** How long it takes until something may pass, as far as is known; zero: no time. */
    Duration restLeft() {
        return breaker.getState() == CircuitBreaker.State.OPEN
                ? Duration.ofNanos(Math.max(0, restsUntil - System.nanoTime()))
                : Duration.ZERO;
    }

    /** Whether it rests ({@code open}), is tried ({@code half_open}), or is well ({@code closed}). */
    public State state() {
        return switch (breaker.getState()) {
            case OPEN, FORCED_OPEN -> State.OPEN;
            case HALF_OPEN -> State.HALF_OPEN;
            case CLOSED, DISABLED, METRICS_ONLY -> State.CLOSED;
        };
    }

    /** How an upstream stands. */
    public enum State {
        /** It is well. */
        CLOSED,
        /** It was not; some requests try whether it is well again. */
        HALF_OPEN,
        /** It rests. */
        OPEN
    }

    /** What is seen of the upstream, whatever the model. */
    public Health health() {
        return health;
    }

    /** Requests under way at the upstream, whatever the model. */
    public int underWay() {
        return capacity.taken();
    }

    /** Milliseconds until it is tried again; 0 where it does not rest. */
    public long restLeftMs() {
        return restLeft().toMillis();
    }

    void succeeded() {
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }

    /** It failed, and may have said for how long not to ask. */
    void failed(@Nullable Duration askedRest) {
        breaker.onError(0, TimeUnit.NANOSECONDS, new UpstreamAway());
        if (askedRest != null && !askedRest.isZero()) {
            Duration rest = askedRest.compareTo(LONGEST_REST) < 0 ? askedRest : LONGEST_REST;
            breaker.transitionToOpenStateFor(rest);
            restsUntil = System.nanoTime() + rest.toNanos();
        }
    }

    void tellsNothing() {
        breaker.releasePermission();
    }

    void left() {
        capacity.give();
    }
}
