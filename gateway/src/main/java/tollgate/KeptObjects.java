package tollgate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.ObjectCall;
import tollgate.identity.KeyIdentity;
import tollgate.proxy.ObjectMap;
import tollgate.records.ProviderObjects;
import tollgate.records.ProviderObjects.ProviderObject;

/**
 * Whose is what providers keep, in SQL, written behind: no answer waits for the books. What this gateway has not written yet it
 * knows all the same; another one looks a second time before it says that something is not there. Lost with a process are
 * what it had made within the last moments: nobody has that, and nobody gets it. Thread-safe.
 */
final class KeptObjects implements ObjectMap, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptObjects.class);
    private static final int MOST_PENDING = 100_000;
    private static final int AT_ONCE = 1_000;
    private static final Duration SECOND_LOOK = Duration.ofMillis(300);
    private static final long RETRY_MS = 500;

    private final ProviderObjects books;
    private final SharedObjects shared;
    private final Executor workers;
    private final Telemetry telemetry;
    private final Clock clock;
    private final BlockingQueue<ProviderObject> unwritten = new LinkedBlockingQueue<>(MOST_PENDING);
    private final Map<String, ProviderObject> pending = new ConcurrentHashMap<>();
    private final Cache<String, ProviderObject> known =
            Caffeine.newBuilder().maximumSize(50_000).build();
    private final Thread writer = Thread.ofPlatform().name("objects").daemon().unstarted(this::write);
    private volatile boolean closing;

    private KeptObjects(
            ProviderObjects books, SharedObjects shared, Executor workers, Telemetry telemetry, Clock clock) {
        this.books = books;
        this.shared = shared;
        this.workers = workers;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /**
     * Begins to write.
     *
     * @param shared what nobody made here and everybody may name
     * @param workers run what may block
     */
    static KeptObjects open(
            ProviderObjects books, SharedObjects shared, Executor workers, Telemetry telemetry, Clock clock) {
        KeptObjects objects = new KeptObjects(books, shared, workers, telemetry, clock);
        objects.writer.start();
        return objects;
    }

    @Override
    public void made(Made made) {
        ProviderObject object = new ProviderObject(
                made.upstream(),
                made.id(),
                made.kind().wireName(),
                made.owner(),
                made.live(),
                made.exchange(),
                clock.millis());
        pending.putIfAbsent(made.id(), object);
        if (!unwritten.offer(object)) {
            pending.remove(made.id(), object);
            telemetry.count("tollgate_objects_unrecorded_total", 1);
        }
    }

    @Override
    public CompletionStage<Optional<String>> find(KeyIdentity key, ObjectCall.Kind kind, String id) {
        Optional<String> sharing = shared.upstream(key.live(), kind, id);
        if (sharing.isPresent() || kind == ObjectCall.Kind.ELSEWHERE) {
            return CompletableFuture.completedStage(sharing);
        }
        String owner = ObjectMap.owner(key);
        ProviderObject cached = known.getIfPresent(id);
        if (cached != null && isTheirs(cached, owner, key.live(), kind)) {
            return CompletableFuture.completedStage(Optional.of(cached.upstream()));
        }
        return CompletableFuture.supplyAsync(() -> looked(owner, key.live(), kind, id), workers);
    }

    @Override
    public void gone(String upstream, String id) {
        known.invalidate(id);
        pending.remove(id);
        workers.execute(() -> {
            try {
                books.remove(upstream, id);
            } catch (RuntimeException away) {
                // it stays listed: its provider says that it is gone
                LOG.warn("objects: {} of {} stays listed though it was deleted: {}", id, upstream, away.getMessage());
            }
        });
    }

    /** What the books have goes before what we are about to write: nobody gets what is another's already. */
    private Optional<String> looked(String owner, boolean live, ObjectCall.Kind kind, String id) {
        ProviderObject found = booked(owner, live, kind, id);
        if (found == null) {
            found = pending.get(id);
        }
        if (found == null) {
            nap(SECOND_LOOK.toMillis());
            found = booked(owner, live, kind, id);
        }
        return found != null && isTheirs(found, owner, live, kind) ? Optional.of(found.upstream()) : Optional.empty();
    }

    private @Nullable ProviderObject booked(String owner, boolean live, ObjectCall.Kind kind, String id) {
        List<ProviderObject> all = books.find(id);
        for (ProviderObject each : all) {
            if (isTheirs(each, owner, live, kind)) {
                known.put(id, each);
                return each;
            }
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    private static boolean isTheirs(ProviderObject found, String owner, boolean live, ObjectCall.Kind kind) {
        return found.owner().equals(owner)
                && found.live() == live
                && found.kind().equals(kind.wireName());
    }

    /** The writer's thread: all that wait go in one transaction. */
    private void write() {
        List<ProviderObject> some = new ArrayList<>();
        while (!closing || !unwritten.isEmpty()) {
            try {
                ProviderObject first = unwritten.poll(RETRY_MS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    some.add(first);
                    unwritten.drainTo(some, AT_ONCE - 1);
                    written(some);
                    some.clear();
                }
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private void written(List<ProviderObject> some) {
        while (true) {
            try {
                books.add(some);
                some.forEach(each -> pending.remove(each.id(), each));
                return;
            } catch (RuntimeException away) {
                if (closing) {
                    LOG.warn("objects: whose {} objects are could not be written: {}", some.size(), away.getMessage());
                    return;
                }
                nap(RETRY_MS);
            }
        }
    }

    private static void nap(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what there is. */
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
