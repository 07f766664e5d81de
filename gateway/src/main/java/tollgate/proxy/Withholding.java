package tollgate.proxy;

/**
 * How long a whole answer may be withheld: as long as the settings allow and there is memory for it. Confined to the
 * connection's event loop.
 */
final class Withholding {
    private final ProxyContext context;
    private long taken;
    private boolean overflowing;

    Withholding(ProxyContext context) {
        this.context = context;
    }

    /** So many bytes are withheld. */
    void holds(long bytes) {
        if (!overflowing && !memoryFor(bytes)) {
            overflowing = true;
        }
    }

    /** It was too long at some time, or memory short. */
    boolean overflowing() {
        return overflowing;
    }

    private boolean memoryFor(long bytes) {
        long more = bytes - taken;
        if (bytes > context.settings().holdBytes()) {
            return false;
        }
        if (more > 0) {
            if (!context.memory().take(more)) {
                return false;
            }
            taken += more;
        }
        return true;
    }

    /** Nothing is withheld any more. */
    void close() {
        context.memory().give(taken);
        taken = 0;
    }
}
