package tollgate.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * How many unknown keys an address may try: the first line, before Redis and SQL. Good keys are never counted, so that
 * what many users send through one address is not held back by how many they are. Thread-safe; never waits.
 */
final class StrangerLimiter {
    private static final int IPV6_NETWORK_BYTES = 8;
    private static final int MOST_ADDRESSES = 100_000;

    private final RateLimiterConfig config;
    private final Cache<String, RateLimiter> limiters = Caffeine.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build();

    /**
     * A limiter.
     *
     * @param unknownKeys an address may try so many of them
     * @param every in each such time
     */
    StrangerLimiter(int unknownKeys, Duration every) {
        this.config = RateLimiterConfig.custom()
                .limitForPeriod(unknownKeys)
                .limitRefreshPeriod(every)
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    /** Whether an address may try a key that we do not know yet. */
    boolean allows(InetAddress from) {
        RateLimiter limiter = limiters.getIfPresent(network(from));
        return limiter == null || limiter.getMetrics().getAvailablePermissions() > 0;
    }

    /** A key that an address tried is nobody's. */
    void unknown(InetAddress from) {
        limiters.get(network(from), name -> RateLimiter.of(name, config)).acquirePermission();
    }

    /** Whoever has an IPv6 address has 2⁶⁴ of them. */
    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes.length == 16 ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
