package tollgate.proxy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request's way through an upstream's limits: what its answer says of the upstream is told, its place is given back
 * once. Confined to its exchange's event loop.
 */
final class Passage implements AutoCloseable {
    private final Standing standing;
    private final boolean counts;
    private boolean told;
    private boolean closed;

    /**
     * Through the limits of an upstream.
     *
     * @param counts what becomes of it says something of the upstream
     */
    Passage(Standing standing, boolean counts) {
        this.standing = standing;
        this.counts = counts;
    }

    /** The upstream answers, whatever it thinks of the request. */
    void answered() {
        if (counts && !told) {
            told = true;
            standing.succeeded();
        }
    }

    /**
     * The upstream failed, be it amid its answer.
     *
     * @param askedRest how long it wants not to be asked; null: it did not say
     */
    void failed(@Nullable Duration askedRest) {
        if (counts && !closed) {
            told = true;
            standing.failed(askedRest);
        }
    }

    /** Its place is free. Again: nothing happens. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (counts && !told) {
                standing.tellsNothing();
            }
            standing.left();
        }
    }
}
