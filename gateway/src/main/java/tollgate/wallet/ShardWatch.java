package tollgate.wallet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway knows of each shard: whether it may be written to, and how far it has come. Thread-safe.
 *
 * <p>A shard is closed until recovery opens it, and again as soon as any reply says that Redis is not the one that was
 * opened.
 */
public final class ShardWatch {
    private final ConcurrentHashMap<Integer, Known> shards = new ConcurrentHashMap<>();
    private volatile Map<Integer, String> full = Map.of();
    private volatile BiConsumer<Integer, String> onClose = (shard, why) -> {};

    private record Known(boolean open, boolean fenceOpen, String why, long epoch, long n) {}

    private static final Known UNKNOWN = new Known(false, false, "not opened yet", 0, 0);

    /** Nothing new is placed in these shards, for these reasons: Redis is too full; what is open goes on. */
    public void full(Map<Integer, String> reasons) {
        full = Map.copyOf(reasons);
    }

    /** Why nothing new is placed in a shard, though it is open; null where it is. */
    public @Nullable String full(int shard) {
        Map<Integer, String> now = full;
        return now.isEmpty() ? null : now.get(shard);
    }

    /** Who is told when a reply closes a shard; must not block. */
    public void onClose(BiConsumer<Integer, String> listener) {
        onClose = listener;
    }

    /** Its fence is open in this epoch, but it is told first what it missed: new exchanges still wait. */
    public void ready(int shard, long epoch, long n) {
        shards.put(shard, new Known(false, true, "recovering", epoch, n));
    }

    /** It may be written to by everybody, unless its fence has been closed again. */
    public void open(int shard) {
        shards.computeIfPresent(
                shard, (key, known) -> known.fenceOpen ? new Known(true, true, "", known.epoch, known.n) : known);
    }

    /** It must not be written to until recovery has run. */
    public void close(int shard, String why) {
        Known before = shards.put(shard, new Known(false, false, why, known(shard).epoch, known(shard).n));
        if (before != null && before.open) {
            onClose.accept(shard, why);
        }
    }

    /** Why a shard is closed; null where it is open. */
    public @Nullable String closed(int shard) {
        Known known = known(shard);
        return known.open ? null : known.why;
    }

    /** Why not even the holds of open exchanges may be written to a shard; null where they may. */
    public @Nullable String fenced(int shard) {
        Known known = known(shard);
        return known.fenceOpen ? null : known.why;
    }

    /** The highest entry number known. */
    public long n(int shard) {
        return known(shard).n;
    }

    /** The epoch it was opened in. */
    public long epoch(int shard) {
        return known(shard).epoch;
    }

    /** A reply came with these; another epoch than the one opened closes the shard. */
    void seen(int shard, long epoch, long n) {
        Known known = known(shard);
        if (epoch != known.epoch) {
            if (known.open) {
                close(shard, "epoch " + epoch + " (expected: " + known.epoch + ")");
            }
        } else if (n > known.n) {
            shards.computeIfPresent(
                    shard,
                    (key, now) -> now.epoch == epoch && n > now.n
                            ? new Known(now.open, now.fenceOpen, now.why, epoch, n)
                            : now);
        }
    }

    private Known known(int shard) {
        return shards.getOrDefault(shard, UNKNOWN);
    }
}
