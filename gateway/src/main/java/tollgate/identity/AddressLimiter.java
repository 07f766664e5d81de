package tollgate.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * How much an address may do in a time: the first line, before Redis and SQL. A number of addresses is remembered, each for
 * a while after it was last seen. Thread-safe; never waits.
 */
public final class AddressLimiter {
    private static final int IPV6_NETWORK_BYTES = 8;
    private static final int MOST_ADDRESSES = 100_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final RateLimiterConfig config;
    private final Cache<String, RateLimiter> limiters;

    /**
     * A limiter.
     *
     * @param most an address may do so much
     * @param every in each such time
     */
    public AddressLimiter(int most, Duration every) {
        this.config = RateLimiterConfig.custom()
                .limitForPeriod(most)
                .limitRefreshPeriod(every)
                .timeoutDuration(Duration.ZERO)
                .build();
        this.limiters = Caffeine.newBuilder()
                .maximumSize(MOST_ADDRESSES)
                // forgotten sooner, an address would begin anew within its time
                .expireAfterAccess(every.compareTo(REMEMBERED) > 0 ? every : REMEMBERED)
                .build();
    }

    /** Whether an address may do more; nothing is counted. */
    public boolean allows(InetAddress from) {
        RateLimiter limiter = limiters.getIfPresent(network(from));
        return limiter == null || limiter.getMetrics().getAvailablePermissions() > 0;
    }

    /** Whether anything was counted of an address lately. */
    boolean remembers(InetAddress from) {
        return limiters.getIfPresent(network(from)) != null;
    }

    /**
     * Counts one thing that an address did.
     *
     * @return whether it might
     */
    public boolean count(InetAddress from) {
        return limiters.get(network(from), name -> RateLimiter.of(name, config)).acquirePermission();
    }

    /** The address of a socket; of one that is not of the internet, our own. */
    public static InetAddress address(SocketAddress socket) {
        return socket instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /** Whoever has an IPv6 address has 2⁶⁴ of them. */
    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes.length == 16 ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }
}
