package tollgate.records;

import java.security.SecureRandom;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** What people did by their own word: kept with what they did, in one transaction. Thread-safe. */
public final class Audit {
    private static final RowMapper<Entry> ROW = (row, context) -> new Entry(
            row.getString("id"),
            row.getLong("at_ms"),
            row.getString("actor"),
            row.getString("action"),
            row.getString("subject"),
            row.getString("reason"));
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Jdbi jdbi;

    Audit(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Who wants something done, and why.
     *
     * @param actor who
     * @param reason in their words; empty: none was given
     * @param atMs milliseconds since 1970
     */
    public record Word(String actor, String reason, long atMs) {}

    /**
     * One thing that was done.
     *
     * @param action such as {@code freeze}
     * @param subject to what: its kind, a colon, its id or name
     * @param reason empty: none was given
     */
    public record Entry(String id, long atMs, String actor, String action, String subject, String reason) {}

    /** Keeps that something is done, with it. */
    static void add(Handle handle, String action, String subject, Word word) {
        // nine digits last until the year 5188
        String time = Long.toString(word.atMs, Character.MAX_RADIX);
        String id = "a_" + "0".repeat(Math.max(0, 9 - time.length())) + time
                + String.format(Locale.ROOT, "%016x", RANDOM.nextLong());
        handle.execute(
                "INSERT INTO audit_entry (id, at_ms, actor, action, subject, reason) VALUES (?, ?, ?, ?, ?, ?)",
                id,
                word.atMs,
                word.actor,
                action,
                subject,
                word.reason);
    }

    /**
     * What was done, after an id, in order.
     *
     * @param subject to this alone; empty: to anything
     */
    public Page<Entry> list(String subject, String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select(
                                "SELECT * FROM audit_entry WHERE id > ? AND (? = '' OR subject = ?) ORDER BY id LIMIT ?",
                                afterId,
                                subject,
                                subject,
                                most + 1)
                        .map(ROW)
                        .list(),
                most,
                Entry::id));
    }
}
