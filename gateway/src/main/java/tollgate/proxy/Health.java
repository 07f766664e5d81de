package tollgate.proxy;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was last seen of an upstream that is looked at. Thread-safe. */
public final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    private final String upstream;
    private volatile State state = State.UNKNOWN;

    /** How an upstream is. */
    public enum State {
        /** Nobody has looked. */
        UNKNOWN,
        /** It answers. */
        UP,
        /** It does not. */
        DOWN
    }

    /** Of an upstream of this name, of which nothing is known yet. */
    public Health(String upstream) {
        this.upstream = upstream;
    }

    /** What was last seen. */
    public State state() {
        return state;
    }

    void is(State now) {
        if (state != now) {
            state = now;
            LOG.info("upstream {} is {}, as its health check says", upstream, now);
        }
    }
}
