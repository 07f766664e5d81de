package tollgate.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Keys by secret, cached: good ones for a minute, those that may not spend for a second, unknown ones for some seconds and
 * a bounded number of them. Whoever revokes or changes a key calls {@link #forget}. Thread-safe.
 *
 * <p>A flood of unknown keys ends here: an address that tries too many is told so without anybody being asked, the same
 * key is looked up once however many ask for it, and so are at most a bounded number of keys at a time.
 */
public final class KeyRing {
    private static final CompletionStage<KeyLookup> UNKNOWN = CompletableFuture.completedStage(new KeyLookup.Unknown());
    private static final CompletionStage<KeyLookup> TOO_MANY =
            CompletableFuture.completedStage(new KeyLookup.TooMany());
    private static final int MOST_UNDER_WAY = 1_000;
    private static final int UNKNOWN_EACH_SECOND = 20;

    private final KeySource source;
    private final Clock clock;
    /**
     * Unknown keys that addresses try; of an address that tried some within a minute every key that has to be looked up. Good
     * ones of other addresses are never counted, so that what many users send through one is not held back by how many they are.
     */
    private final AddressLimiter strangers = new AddressLimiter(UNKNOWN_EACH_SECOND, Duration.ofSeconds(1));

    private final ConcurrentMap<String, CompletableFuture<Optional<KeyIdentity>>> underWay = new ConcurrentHashMap<>();
    private final Cache<String, KeyIdentity> known = Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterWrite(Duration.ofSeconds(60))
            .build();
    /** Those that may not spend: that may be lifted, and no hold would tell. */
    private final Cache<String, KeyIdentity> barred = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(1))
            .build();

    /** Keys that were looked up anew within the second because of a frozen model. */
    private final Cache<String, Boolean> doubted = Caffeine.newBuilder()
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

    /**
     * Who a secret stands for: completed already where it is cached, malformed or not to be asked for.
     *
     * @param from the address that it came from
     * @return fails where nobody can tell right now
     */
    public CompletionStage<KeyLookup> lookup(String secret, InetAddress from) {
        if (ApiKey.kind(secret).filter(kind -> kind != ApiKey.Kind.ADMIN).isEmpty()) {
            return UNKNOWN;
        }
        String hash = ApiKey.hash(secret);
        KeyIdentity cached = known.getIfPresent(hash);
        if (cached != null) {
            return good(cached) ? CompletableFuture.completedStage(new KeyLookup.Known(cached)) : UNKNOWN;
        }
        KeyIdentity idle = barred.getIfPresent(hash);
        if (idle != null) {
            return good(idle) ? CompletableFuture.completedStage(new KeyLookup.Known(idle)) : UNKNOWN;
        }
        if (unknown.getIfPresent(hash) != null) {
            return UNKNOWN;
        }
        // who was a stranger lately is counted before anybody is asked: else all of a flood would be, before the first
        // came back
        boolean suspect = strangers.remembers(from);
        if (underWay.size() >= MOST_UNDER_WAY || (suspect && !strangers.count(from))) {
            return TOO_MANY;
        }
        return found(hash).thenApply(found -> {
            if (found.isEmpty() && !suspect) {
                strangers.count(from);
            }
            return found.filter(this::good).<KeyLookup>map(KeyLookup.Known::new).orElseGet(KeyLookup.Unknown::new);
        });
    }

    private CompletableFuture<Optional<KeyIdentity>> found(String hash) {
        CompletableFuture<Optional<KeyIdentity>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<KeyIdentity>> others = underWay.putIfAbsent(hash, mine);
        if (others != null) {
            return others;
        }
        source.find(hash).whenComplete((found, failed) -> {
            if (found != null) {
                found.ifPresentOrElse(
                        key -> (key.maySpend() ? known : barred).put(hash, key), () -> unknown.put(hash, true));
            }
            underWay.remove(hash);
            if (found != null) {
                mine.complete(found);
            } else {
                mine.completeExceptionally(failed);
            }
        });
        return mine;
    }

    private boolean good(KeyIdentity key) {
        return key.expires() == null || clock.instant().isBefore(key.expires());
    }

    /** What a key stands for now, after somebody said that what is remembered of it is old. */
    public CompletionStage<Optional<KeyIdentity>> refresh(String keyId) {
        forget(keyId);
        return source.current(keyId).thenApply(found -> found.filter(this::good));
    }

    /**
     * A key was refused for what is remembered of it, so that no hold will tell when that is lifted: it is looked up anew,
     * once a second at most, for its next request.
     */
    public void doubt(String keyId) {
        if (doubted.asMap().putIfAbsent(keyId, true) == null) {
            refresh(keyId);
        }
    }

    /** What a key stands for now, for who asks where no hold would tell that it is revoked; nothing is remembered of it. */
    public CompletionStage<Optional<KeyIdentity>> current(String keyId) {
        return source.current(keyId).thenApply(found -> found.filter(this::good));
    }

    /** Forgets a key that was revoked or changed: the next look-up asks the source. */
    public void forget(String keyId) {
        known.asMap().values().removeIf(key -> key.keyId().equals(keyId));
        barred.invalidateAll();
        unknown.invalidateAll();
    }
}
