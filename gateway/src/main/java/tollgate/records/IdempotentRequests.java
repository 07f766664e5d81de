package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Requests that are to be done once, and what was answered to them. Thread-safe.
 *
 * <p>Invariants: a request has the name of the thing it makes from its first claim on, so that doing it again makes the
 * same thing; it is one worker's turn at a time; only the worker whose turn it is keeps an answer, gives the request up
 * or forgets it; an answer once kept never changes.
 */
public final class IdempotentRequests {
    private static final String OURS = " WHERE id = ? AND worker = ? AND answer = ''";

    private final Jdbi jdbi;

    IdempotentRequests(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What a claim of an id found. */
    public sealed interface Claim {
        /**
         * Nobody has answered it: whoever claimed it does.
         *
         * @param first nobody had a turn at it before
         */
        record Ours(Turn turn, boolean first) implements Claim {}

        /** It is done. */
        record Answered(String body) implements Claim {}

        /** The id is another request's. */
        record Other() implements Claim {}

        /** Somebody is at it. */
        record Busy() implements Claim {}
    }

    private record Row(String request, String answer, String name) {}

    /**
     * Claims an id for a request.
     *
     * @param turn the turn asked for; the name in it stands where the id is new
     * @param request a hash of the request
     * @param unfinishedBeforeMs a turn that began before this and was not answered is over
     */
    public Claim claim(Turn turn, String request, long nowMs, long unfinishedBeforeMs) {
        return jdbi.inTransaction(handle -> {
            if (handle.execute(
                            "INSERT INTO idempotent_request (id, request, answer, at_ms, worker, name)"
                                    + " VALUES (?, ?, '', ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                            turn.request(),
                            request,
                            nowMs,
                            turn.worker(),
                            turn.name())
                    == 1) {
                return new Claim.Ours(turn, true);
            }
            Optional<Row> found = handle.select("SELECT * FROM idempotent_request WHERE id = ?", turn.request())
                    .map((row, context) ->
                            new Row(row.getString("request"), row.getString("answer"), row.getString("name")))
                    .findOne();
            if (found.isEmpty()) {
                return new Claim.Busy();
            }
            Row row = found.get();
            if (!row.request.equals(request)) {
                return new Claim.Other();
            }
            if (!row.answer.isEmpty()) {
                return new Claim.Answered(row.answer);
            }
            boolean taken = handle.execute(
                            "UPDATE idempotent_request SET worker = ?, at_ms = ?"
                                    + " WHERE id = ? AND answer = '' AND (worker = '' OR at_ms < ?)",
                            turn.worker(),
                            nowMs,
                            turn.request(),
                            unfinishedBeforeMs)
                    == 1;
            return taken ? new Claim.Ours(new Turn(turn.request(), turn.worker(), row.name), false) : new Claim.Busy();
        });
    }

    /** Keeps what was answered; false where it is another's turn by now, and nothing was kept. */
    public boolean answered(Turn turn, String body) {
        return jdbi.withHandle(handle ->
                handle.execute("UPDATE idempotent_request SET answer = ?" + OURS, body, turn.request(), turn.worker())
                        == 1);
    }

    /** Gives a turn up: whoever asks again has the next one, and makes the thing of the same name. */
    public void release(Turn turn) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE idempotent_request SET worker = ''" + OURS, turn.request(), turn.worker()));
    }

    /** Forgets a request of which nothing was done at any turn. */
    public void forget(Turn turn) {
        jdbi.useHandle(
                handle -> handle.execute("DELETE FROM idempotent_request" + OURS, turn.request(), turn.worker()));
    }

    /** Forgets what is older than this. */
    public void forgetBefore(long beforeMs) {
        jdbi.useHandle(handle -> handle.execute("DELETE FROM idempotent_request WHERE at_ms < ?", beforeMs));
    }

    /** Whether it is still this worker's turn, and stays so until the transaction ends. */
    static boolean stillOurs(Handle handle, Turn turn) {
        return handle.execute("UPDATE idempotent_request SET worker = worker" + OURS, turn.request(), turn.worker())
                == 1;
    }
}
