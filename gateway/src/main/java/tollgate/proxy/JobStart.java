package tollgate.proxy;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;

/**
 * The moment in which an answer in the background becomes a job: nothing of it leaves before that is kept, or a killed
 * process would owe for what somebody could still fetch.
 *
 * <p>Confined to the connection's event loop.
 */
final class JobStart {
    private enum State {
        UNNAMED,
        KEEPING,
        KEPT,
        LOST
    }

    private final Exchange exchange;
    private final Runnable kept;
    private final Runnable lost;
    private State state = State.UNNAMED;
    private @Nullable Runnable after;

    /**
     * Of one exchange.
     *
     * @param kept runs once it is kept, unless something else waits for that
     * @param lost runs where it cannot be kept
     */
    JobStart(Exchange exchange, Runnable kept, Runnable lost) {
        this.exchange = exchange;
        this.kept = kept;
        this.lost = lost;
    }

    /** Whether nothing may leave yet; begins to keep it once the answer has named itself. */
    boolean withholds(AnswerFacts facts) {
        String id = facts.objectId();
        if (state == State.UNNAMED && id != null) {
            state = State.KEEPING;
            exchange.beginJob(id)
                    .whenComplete((done, failure) -> exchange.server().loop().execute(() -> decided(failure == null)));
        }
        return state != State.KEPT;
    }

    private void decided(boolean isKept) {
        state = isKept ? State.KEPT : State.LOST;
        Runnable waiting = after;
        after = null;
        if (!isKept) {
            lost.run();
        } else if (waiting != null) {
            waiting.run();
        } else {
            kept.run();
        }
    }

    /** Nobody knows yet. */
    boolean isKeeping() {
        return state == State.KEEPING;
    }

    /** It is a job, whatever becomes of its exchange. */
    boolean isKept() {
        return state == State.KEPT;
    }

    /** What is to be done once it is kept, instead of going on. */
    void then(Runnable instead) {
        after = instead;
    }
}
