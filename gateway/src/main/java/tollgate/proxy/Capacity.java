package tollgate.proxy;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one upstream may be given by this gateway: requests at once, and in a second. Thread-safe; never waits. */
public final class Capacity {
    private final AtomicInteger taken = new AtomicInteger();
    private final int concurrent;
    private final @Nullable RateLimiter rate;

    /**
     * A capacity.
     *
     * @param concurrent requests under way at once; 0: as many as there are
     * @param perSecond requests begun in a second; 0: as many as there are
     */
    public Capacity(int concurrent, int perSecond) {
        this.concurrent = concurrent == 0 ? Integer.MAX_VALUE : concurrent;
        this.rate = perSecond == 0
                ? null
                : RateLimiter.of(
                        "upstream",
                        RateLimiterConfig.custom()
                                .limitForPeriod(perSecond)
                                .limitRefreshPeriod(Duration.ofSeconds(1))
                                .timeoutDuration(Duration.ZERO)
                                .build());
    }

    /** Takes a place, if there is one. */
    boolean take() {
        if (taken.incrementAndGet() <= concurrent && (rate == null || rate.acquirePermission())) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    /** Gives a place back. */
    void give() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
