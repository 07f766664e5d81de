package tollgate.proxy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The last refusals, for whoever asks why: counted for ever, kept for a while. Thread-safe. */
public final class RefusalRing {
    private static final int SIZE = 4096;

    private final AtomicReferenceArray<@Nullable Refused> ring = new AtomicReferenceArray<>(SIZE);
    private final AtomicLong count = new AtomicLong();

    /**
     * One refusal.
     *
     * @param exchange its id
     * @param key id of the key that asked; null where none was known
     * @param status the HTTP status
     * @param code the reason
     * @param message for a person
     * @param atMs when, in milliseconds since 1970
     */
    public record Refused(String exchange, @Nullable String key, int status, String code, String message, long atMs) {}

    void add(Refused refused) {
        ring.set((int) (count.getAndIncrement() % SIZE), refused);
    }

    /** A refusal that is still kept. */
    public Optional<Refused> find(String exchange) {
        for (int i = 0; i < SIZE; i++) {
            Refused each = ring.get(i);
            if (each != null && each.exchange.equals(exchange)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
