package tollgate.proxy;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that bodies in memory may take, all exchanges together. Thread-safe. */
public final class MemoryBudget {
    private final AtomicLong left;

    /** So many bytes. */
    public MemoryBudget(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** Takes so many bytes if there are so many left. */
    boolean take(long bytes) {
        long before = left.get();
        while (before >= bytes) {
            if (left.compareAndSet(before, before - bytes)) {
                return true;
            }
            before = left.get();
        }
        return false;
    }

    /** Gives bytes back. */
    void give(long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }
}
