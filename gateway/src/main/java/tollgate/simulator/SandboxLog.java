package tollgate.simulator;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What reached the sandbox, for those who test against it. Thread-safe. */
public final class SandboxLog {
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong abandoned = new AtomicLong();
    private final AtomicReference<@Nullable Seen> last = new AtomicReference<>();

    /**
     * One chat request.
     *
     * @param headers by name in lower case; of several the last
     * @param body as text
     */
    public record Seen(String target, Map<String, String> headers, String body) {}

    void seen(Seen request) {
        requests.incrementAndGet();
        last.set(request);
    }

    void abandoned() {
        abandoned.incrementAndGet();
    }

    /** Chat requests received whole. */
    public long requests() {
        return requests.get();
    }

    /** Callers that left before their answer's end. */
    public long abandonedCalls() {
        return abandoned.get();
    }

    /** The latest chat request. */
    public @Nullable Seen last() {
        return last.get();
    }
}
