package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Requests that are to be done once, and what was answered to them. Thread-safe. */
public final class IdempotentRequests {
    private final Jdbi jdbi;

    IdempotentRequests(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What a claim of an id found. */
    public sealed interface Claim {
        /** Nobody has done it: whoever claimed it does. */
        record Ours() implements Claim {}

        /** It is done. */
        record Answered(String body) implements Claim {}

        /** The id is another request's. */
        record Other() implements Claim {}

        /** Somebody is at it. */
        record Busy() implements Claim {}
    }

    private record Row(String request, String answer, long atMs) {}

    /**
     * Claims an id for a request.
     *
     * @param request a hash of it
     * @param unfinishedBeforeMs a claim older than this that was not answered is nobody's any more
     */
    public Claim claim(String id, String request, long nowMs, long unfinishedBeforeMs) {
        return jdbi.inTransaction(handle -> {
            if (handle.execute(
                            "INSERT INTO idempotent_request (id, request, answer, at_ms) VALUES (?, ?, '', ?)"
                                    + " ON CONFLICT (id) DO NOTHING",
                            id,
                            request,
                            nowMs)
                    == 1) {
                return new Claim.Ours();
            }
            Optional<Row> found = handle.select("SELECT * FROM idempotent_request WHERE id = ?", id)
                    .map((row, context) ->
                            new Row(row.getString("request"), row.getString("answer"), row.getLong("at_ms")))
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
                            "UPDATE idempotent_request SET at_ms = ? WHERE id = ? AND answer = '' AND at_ms < ?",
                            nowMs,
                            id,
                            unfinishedBeforeMs)
                    == 1;
            return taken ? new Claim.Ours() : new Claim.Busy();
        });
    }

    /** Keeps what was answered. */
    public void answered(String id, String body) {
        jdbi.useHandle(handle -> handle.execute("UPDATE idempotent_request SET answer = ? WHERE id = ?", body, id));
    }

    /** Gives a claim up: nothing was done. */
    public void release(String id) {
        jdbi.useHandle(handle -> handle.execute("DELETE FROM idempotent_request WHERE id = ? AND answer = ''", id));
    }

    /** Forgets what is older than this. */
    public void forget(long beforeMs) {
        jdbi.useHandle(handle -> handle.execute("DELETE FROM idempotent_request WHERE at_ms < ?", beforeMs));
    }
}
