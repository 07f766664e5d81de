package tollgate;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tollgate.wallet.ControlPort;

/**
 * Whether Redis answers, asked again and again on a virtual thread of its own: who only waits for requests would learn
 * from the first that fails. A Redis that cannot write to its disk refuses a ping as it refuses money. Thread-safe.
 */
final class RedisPulse implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

    private final ControlPort control;
    private final Thread asking;
    private volatile long answered = System.nanoTime();
    private volatile boolean refused;

    private RedisPulse(ControlPort control) {
        this.control = control;
        this.asking = Thread.ofVirtual().name("pulse").unstarted(this::ask);
    }

    /** Begins to ask. */
    static RedisPulse of(ControlPort control) {
        RedisPulse pulse = new RedisPulse(control);
        pulse.asking.start();
        return pulse;
    }

    private void ask() {
        try {
            while (true) {
                refused = !control.answers();
                if (!refused) {
                    answered = System.nanoTime();
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why no hold can be placed right now; null where one can. */
    @Nullable
    String notReady() {
        return refused || System.nanoTime() - answered > PATIENCE_NANOS
                ? "redis does not answer, or cannot write"
                : null;
    }

    @Override
    public void close() {
        asking.interrupt();
    }
}
