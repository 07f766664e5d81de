package tollgate.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keys by secret, cached: good ones for a minute, those that may not spend for a second, unknown ones for some seconds and a bounded number of them. Whoever
 * revokes or changes a key calls {@link #forget}. Thread-safe.
 */
public final class KeyRing {
    private static final CompletionStage<Optional<KeyIdentity>> UNKNOWN =
            CompletableFuture.completedStage(Optional.empty());

    private final KeySource source;
    private final Clock clock;
    private final Cache<String, KeyIdentity> known = Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterWrite(Duration.ofSeconds(60))
            .build();
    /** Those that may not spend: that may be lifted, and no hold would tell. */
    private final Cache<String, KeyIdentity> barred = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();

    private final Cache<String, Boolean> unknown = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(5))
            .build();

    /** A ring over a source. */
    public KeyRing(KeySource source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /** Who a secret stands for: completed already where it is cached or malformed. */
    public CompletionStage<Optional<KeyIdentity>> lookup(String secret) {
        if (ApiKey.kind(secret).filter(kind -> kind != ApiKey.Kind.ADMIN).isEmpty()) {
            return UNKNOWN;
        }
        String hash = ApiKey.hash(secret);
        KeyIdentity cached = known.getIfPresent(hash);
        if (cached != null) {
            return CompletableFuture.completedStage(Optional.of(cached).filter(this::good));
        }
        KeyIdentity idle = barred.getIfPresent(hash);
        if (idle != null) {
            return CompletableFuture.completedStage(Optional.of(idle).filter(this::good));
        }
        if (unknown.getIfPresent(hash) != null) {
            return UNKNOWN;
        }
        return source.find(hash).thenApply(found -> {
            found.ifPresentOrElse(
                    key -> (key.maySpend() ? known : barred).put(hash, key), () -> unknown.put(hash, true));
            return found.filter(this::good);
        });
    }

    private boolean good(KeyIdentity key) {
        return key.expires() == null || clock.instant().isBefore(key.expires());
    }

    /** What a key stands for now, after somebody said that what is remembered of it is old. */
    public CompletionStage<Optional<KeyIdentity>> refresh(String keyId) {
        forget(keyId);
        return source.current(keyId).thenApply(found -> found.filter(this::good));
    }

    /** Forgets a key that was revoked or changed: the next look-up asks the source. */
    public void forget(String keyId) {
        known.asMap().values().removeIf(key -> key.keyId().equals(keyId));
        barred.invalidateAll();
        unknown.invalidateAll();
    }
}
