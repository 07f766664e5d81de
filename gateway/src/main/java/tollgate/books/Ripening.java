package tollgate.books;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Which ledger entries have been in Redis for so long that its disk has them too: as long as this has known of them, by a
 * clock that nobody sets. Redis's own may jump, and the gateway's (H36). Confined to the books' thread.
 */
final class Ripening {
    /** Marks of one shard at a time: an entry may ripen by so much of the time later. */
    private static final int MARKS = 16;

    private final long nanos;
    private final LongSupplier clock;
    private final Map<Integer, Shard> shards = new HashMap<>();

    /**
     * Ripens.
     *
     * @param clock nanoseconds that never go back, such as {@link System#nanoTime}
     */
    Ripening(Duration time, LongSupplier clock) {
        this.nanos = time.toNanos();
        this.clock = clock;
    }

    /** By the machine's monotonic clock. */
    Ripening(Duration time) {
        this(time, System::nanoTime);
    }

    private record Mark(long at, long epoch, long n) {}

    private static final class Shard {
        private Mark ripe = new Mark(0, 0, 0);
        private final Deque<Mark> young = new ArrayDeque<>();

        /** What comes after an entry that is the last one again has been seen of others that had its number. */
        private void wentBackTo(long epoch, long n) {
            young.removeIf(mark -> mark.epoch == epoch && mark.n > n);
            if (ripe.epoch == epoch && ripe.n > n) {
                ripe = new Mark(ripe.at, epoch, n);
            }
        }
    }

    /** The shard's ledger has entries up to this number, now. */
    void seen(int shard, long epoch, long n) {
        Shard known = shards.computeIfAbsent(shard, number -> new Shard());
        long now = clock.getAsLong();
        known.wentBackTo(epoch, n);
        Mark newest = known.young.peekLast();
        boolean news = newest == null || newest.epoch != epoch || newest.n != n;
        if (news && (newest == null || newest.epoch != epoch || now - newest.at >= nanos / MARKS)) {
            known.young.add(new Mark(now, epoch, n));
        }
        while (!known.young.isEmpty() && now - known.young.getFirst().at >= nanos) {
            known.ripe = known.young.removeFirst();
        }
    }

    /** Whether an entry has been here for long enough: a number of another epoch may be another entry's. */
    boolean ripe(int shard, long epoch, long n) {
        Shard known = shards.get(shard);
        return known != null && epoch <= known.ripe.epoch && n <= known.ripe.n;
    }
}
