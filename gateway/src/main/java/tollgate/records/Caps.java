package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Definitions of caps. Whatever changes one raises its organisation's policy number with it. Thread-safe. */
public final class Caps {
    private static final RowMapper<Cap> ROW = (row, context) -> new Cap(
            row.getString("id"),
            row.getString("organisation"),
            row.getString("scope"),
            row.getString("subject"),
            row.getString("unit"),
            row.getLong("most"),
            row.getString("per"),
            row.getInt("rolling") != 0,
            row.getString("service"),
            row.getString("model"),
            row.getLong("version"),
            row.getLong("reset"),
            row.getLong("created_ms"),
            row.getString("removed_ms") == null ? null : Long.valueOf(row.getLong("removed_ms")));

    private final Jdbi jdbi;

    Caps(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One cap.
     *
     * @param scope {@code key}, {@code each-member}, {@code member}, {@code project}, {@code team}, {@code wallet} or
     *     {@code org}
     * @param subject the id of whom it is for
     * @param unit {@code usd}, {@code tokens}, {@code requests}, {@code concurrent}, {@code rate} (of requests) or {@code
     *     token_rate}
     * @param most nano-USD, tokens, requests or open exchanges
     * @param per {@code minute} … {@code month} or {@code lifetime}
     * @param service only this kind of work; empty: any
     * @param model only models of this pattern; empty: any
     * @param version raised with every change
     * @param reset the version of the last reset; 0: never
     * @param removedMs null: it is in force
     */
    public record Cap(
            String id,
            String organisation,
            String scope,
            String subject,
            String unit,
            long most,
            String per,
            boolean rolling,
            String service,
            String model,
            long version,
            long reset,
            long createdMs,
            @Nullable Long removedMs) {}

    /** Adds a cap; where there is one of that id, nothing changes. */
    public void add(Cap cap) {
        jdbi.useTransaction(handle -> {
            int added = handle.execute(
                    "INSERT INTO cap (id, organisation, scope, subject, unit, most, per, rolling, service, model, version,"
                            + " reset, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?) ON CONFLICT (id) DO NOTHING",
                    cap.id,
                    cap.organisation,
                    cap.scope,
                    cap.subject,
                    cap.unit,
                    cap.most,
                    cap.per,
                    cap.rolling ? 1 : 0,
                    cap.service,
                    cap.model,
                    cap.createdMs);
            if (added == 1) {
                raise(handle, cap.organisation);
            }
        });
    }

    /** Raises or lowers a cap that is in force. */
    public void change(String id, long most) {
        changed(id, "most = ?, version = version + 1", most);
    }

    /** Notes that what is spent is to be forgotten. */
    public void reset(String id) {
        changed(id, "version = version + 1, reset = version + ?", 1);
    }

    /** Ends a cap; again: nothing changes. */
    public void remove(String id, long nowMs) {
        changed(id, "version = version + 1, removed_ms = ?", nowMs);
    }

    private void changed(String id, String setting, long value) {
        jdbi.useTransaction(handle -> {
            if (handle.execute("UPDATE cap SET " + setting + " WHERE id = ? AND removed_ms IS NULL", value, id) == 1) {
                raise(
                        handle,
                        handle.select("SELECT organisation FROM cap WHERE id = ?", id)
                                .mapTo(String.class)
                                .one());
            }
        });
    }

    private static void raise(Handle handle, String organisation) {
        handle.execute("UPDATE organisation SET policy = policy + 1 WHERE id = ?", organisation);
    }

    /** A cap by id, in force or not. */
    public Optional<Cap> find(String id) {
        return jdbi.withHandle(handle ->
                handle.select("SELECT * FROM cap WHERE id = ?", id).map(ROW).findOne());
    }

    /** The cap in force that counts the same for the same as another one. */
    public Optional<Cap> same(Cap other) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM cap WHERE scope = ? AND subject = ? AND unit = ? AND per = ? AND rolling = ?"
                                + " AND service = ? AND model = ? AND removed_ms IS NULL ORDER BY id",
                        other.scope,
                        other.subject,
                        other.unit,
                        other.per,
                        other.rolling ? 1 : 0,
                        other.service,
                        other.model)
                .map(ROW)
                .findFirst());
    }

    /** How many caps in force are for the same. */
    public long count(String scope, String subject) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT COUNT(*) FROM cap WHERE scope = ? AND subject = ? AND removed_ms IS NULL",
                        scope,
                        subject)
                .mapTo(Long.class)
                .one());
    }

    /** Caps in force after an id, in order of ids; of one organisation, or of all where it is empty. */
    public Page<Cap> list(String organisation, String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select(
                                "SELECT * FROM cap WHERE id > ? AND removed_ms IS NULL AND (? = '' OR organisation = ?)"
                                        + " ORDER BY id LIMIT ?",
                                afterId,
                                organisation,
                                organisation,
                                most + 1)
                        .map(ROW)
                        .list(),
                most,
                Cap::id));
    }

    /** The caps in force that are for a key, for whomever it belongs to, or for the organisation it is of. */
    public List<Cap> above(Keys.Key key) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM cap WHERE organisation = ? AND removed_ms IS NULL AND ((scope = 'key' AND subject = ?)"
                                + " OR (scope = 'member' AND subject = ?) OR (scope = 'project' AND subject = ?)"
                                + " OR (scope = 'wallet' AND subject = ?) OR (scope = 'org' AND subject = ?)"
                                + " OR (scope IN ('team', 'each-member') AND subject = ?)) ORDER BY id",
                        key.organisation(),
                        key.id(),
                        orNone(key.member()),
                        orNone(key.project()),
                        key.wallet(),
                        key.organisation(),
                        orNone(key.team()))
                .map(ROW)
                .list());
    }

    private static String orNone(@Nullable String id) {
        return id == null ? "" : id;
    }

    /** Caps whose counters were reset, or that were removed after a time: what Redis is to be told again. */
    public List<Cap> told(long removedAfterMs) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM cap WHERE (removed_ms IS NULL AND reset > 0) OR removed_ms > ? ORDER BY id",
                        removedAfterMs)
                .map(ROW)
                .list());
    }

    /** Whose counters a cap has: itself its subject, or the members of its team, and the keys in it that are nobody's. */
    public List<String> subjects(Cap cap) {
        if (!cap.scope.equals("each-member")) {
            return List.of(cap.subject);
        }
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT id FROM member WHERE team = ? UNION SELECT k.id FROM api_key k JOIN project p"
                                + " ON p.id = k.project WHERE p.team = ?"
                                + " AND NOT EXISTS (SELECT 1 FROM member m WHERE m.id = k.member)",
                        cap.subject,
                        cap.subject)
                .mapTo(String.class)
                .list());
    }
}
