package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Money that somebody asked to move, where somebody else has to agree first. Nothing is ever taken out. Thread-safe. */
public final class Approvals {
    /** Nobody has decided. */
    public static final String WAITING = "waiting";

    /** Somebody else agreed: its posting is kept. */
    public static final String APPROVED = "approved";

    /** Somebody said no. */
    public static final String REJECTED = "rejected";

    /** Nobody decided in time. */
    public static final String EXPIRED = "expired";

    private static final RowMapper<Approval> ROW = (row, context) -> {
        long decidedMs = row.getLong("decided_ms");
        Long decided = row.wasNull() ? null : decidedMs;
        return new Approval(
                row.getString("id"),
                new Postings.Posting(
                        row.getString("entry"),
                        row.getString("wallet"),
                        row.getString("kind"),
                        row.getLong("amount"),
                        row.getInt("force") != 0,
                        row.getString("reference"),
                        row.getString("actor"),
                        row.getLong("asked_ms"),
                        row.getString("grants"),
                        ""),
                row.getLong("expires_ms"),
                row.getString("state"),
                row.getString("decider"),
                row.getString("note"),
                decided);
    };

    private final Jdbi jdbi;

    Approvals(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * What somebody asked, and what became of it.
     *
     * @param wanted as it is to be posted
     * @param expiresMs nobody can agree from then on, in milliseconds since 1970
     * @param state {@link #WAITING}, {@link #APPROVED}, {@link #REJECTED} or {@link #EXPIRED}
     * @param decider who decided; empty while it waits
     * @param note why; empty: not said
     */
    public record Approval(
            String id,
            Postings.Posting wanted,
            long expiresMs,
            String state,
            String decider,
            String note,
            @Nullable Long decidedMs) {
        /** What it is at a moment: one that waits in vain is expired, whether or not anybody has noted that. */
        public String stateAt(long nowMs) {
            return state.equals(WAITING) && expiresMs <= nowMs ? EXPIRED : state;
        }
    }

    /** What comes of wanting to move money by one's own word. */
    public sealed interface Asked {
        /** Nobody else is needed, or agreed before: kept, this or an earlier one of the id that may differ. */
        record Kept(Postings.Posting posting) implements Asked {}

        /** Somebody else has to agree: this, or an earlier one of the id that may differ. */
        record Waits(Approval approval) implements Asked {}
    }

    /**
     * Keeps a posting where it and what its actor moved by their own word lately come to no more than that; else keeps that
     * it waits for somebody else. Those of one actor one at a time, so that many at once are not each too small.
     *
     * @param id of the approval, should one be needed
     * @param above nano-USD, of either sign
     * @param sinceMs what is lately
     */
    public Asked ask(Postings.Posting wanted, String id, long above, long sinceMs, long expiresMs) {
        return jdbi.inTransaction(handle -> {
            handle.execute(
                    "INSERT INTO mover (actor, turns) VALUES (?, 1)"
                            + " ON CONFLICT (actor) DO UPDATE SET turns = mover.turns + 1",
                    wanted.actor());
            Optional<Postings.Posting> before = Postings.find(handle, wanted.entry());
            if (before.isPresent()) {
                return new Asked.Kept(before.get());
            }
            handle.execute(
                    "UPDATE approval SET state = 'expired' WHERE entry = ? AND state = 'waiting' AND expires_ms <= ?",
                    wanted.entry(),
                    wanted.askedMs());
            Optional<Approval> waiting = handle.select(
                            "SELECT * FROM approval WHERE entry = ? AND state = 'waiting'", wanted.entry())
                    .map(ROW)
                    .findOne();
            if (waiting.isPresent()) {
                return new Asked.Waits(waiting.get());
            }
            if (Math.abs(wanted.amount()) + moved(handle, wanted, sinceMs) <= above) {
                Postings.add(handle, wanted);
                return new Asked.Kept(Postings.find(handle, wanted.entry()).orElseThrow());
            }
            return new Asked.Waits(add(handle, wanted, id, expiresMs));
        });
    }

    /** Nano-USD, real or of tests, that its actor moved alone; what somebody else agreed to bears another name. */
    private static long moved(Handle handle, Postings.Posting wanted, long sinceMs) {
        return handle.select(
                        "SELECT CAST(COALESCE(SUM(ABS(p.amount)), 0) AS BIGINT) FROM posting p"
                                + " JOIN wallet w ON w.id = p.wallet WHERE p.actor = ? AND p.asked_ms >= ?"
                                + " AND p.kind IN ('adjust', 'grant') AND p.refused IS NULL"
                                + " AND w.live = (SELECT v.live FROM wallet v WHERE v.id = ?)",
                        wanted.actor(),
                        sinceMs,
                        wanted.wallet())
                .mapTo(Long.class)
                .one();
    }

    private static Approval add(Handle handle, Postings.Posting wanted, String id, long expiresMs) {
        handle.execute(
                "INSERT INTO approval (id, entry, wallet, kind, amount, force, reference, grants, actor, asked_ms,"
                        + " expires_ms, state, decider, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', '', '')"
                        + " ON CONFLICT DO NOTHING",
                id,
                wanted.entry(),
                wanted.wallet(),
                wanted.kind(),
                wanted.amount(),
                wanted.force() ? 1 : 0,
                wanted.reference(),
                wanted.grants(),
                wanted.actor(),
                wanted.askedMs(),
                expiresMs);
        return handle.select(
                        "SELECT * FROM approval WHERE entry = ? AND state IN ('waiting', 'approved')", wanted.entry())
                .map(ROW)
                .one();
    }

    /** What comes of a decision. */
    public sealed interface Decision {
        /** Decided so, now or before. */
        record Done(Approval approval) implements Decision {}

        /** Nobody agrees to what they asked themselves. */
        record OwnWord() implements Decision {}

        /** It was decided otherwise, or is over. */
        record Over(String state) implements Decision {}

        /** There is none of the id. */
        record Unknown() implements Decision {}
    }

    /** Somebody agrees: from then on it is a posting like others, in both their names. */
    public Decision approve(String id, Audit.Word word) {
        return decide(id, APPROVED, word);
    }

    /** Somebody says no, be it who asked. */
    public Decision reject(String id, Audit.Word word) {
        return decide(id, REJECTED, word);
    }

    private Decision decide(String id, String state, Audit.Word word) {
        return jdbi.inTransaction(handle -> {
            boolean approves = state.equals(APPROVED);
            int decided = handle.execute(
                    "UPDATE approval SET state = ?, decider = ?, note = ?, decided_ms = ? WHERE id = ?"
                            + " AND state = 'waiting' AND expires_ms > ? AND (? = 0 OR actor <> ?)",
                    state,
                    word.actor(),
                    word.reason(),
                    word.atMs(),
                    id,
                    word.atMs(),
                    approves ? 1 : 0,
                    word.actor());
            Optional<Approval> found = find(handle, id);
            if (found.isEmpty()) {
                return new Decision.Unknown();
            }
            Approval now = found.get();
            if (decided == 1) {
                Audit.add(handle, approves ? "approve" : "reject", "approval:" + id, word);
                if (approves) {
                    Postings.add(handle, posted(now));
                }
                return new Decision.Done(now);
            }
            String was = now.stateAt(word.atMs());
            if (was.equals(state)) {
                return new Decision.Done(now);
            }
            return was.equals(WAITING) ? new Decision.OwnWord() : new Decision.Over(was);
        });
    }

    /** As it is posted once somebody else agreed. */
    public static Postings.Posting posted(Approval approved) {
        Postings.Posting wanted = approved.wanted;
        return new Postings.Posting(
                wanted.entry(),
                wanted.wallet(),
                wanted.kind(),
                wanted.amount(),
                wanted.force(),
                wanted.reference(),
                wanted.actor() + " approved by " + approved.decider,
                wanted.askedMs(),
                wanted.grants(),
                "");
    }

    /** One of them. */
    public Optional<Approval> find(String id) {
        return jdbi.withHandle(handle -> find(handle, id));
    }

    private static Optional<Approval> find(Handle handle, String id) {
        return handle.select("SELECT * FROM approval WHERE id = ?", id).map(ROW).findOne();
    }

    /**
     * Those after an id, in order of ids.
     *
     * @param state of this alone, as {@link Approval#stateAt} tells it; empty: of any
     */
    public Page<Approval> list(String state, long nowMs, String afterId, int most) {
        List<Approval> rows = jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM approval WHERE id > ? AND (? = ''"
                                + " OR ? = CASE WHEN state = 'waiting' AND expires_ms <= ? THEN 'expired' ELSE state END)"
                                + " ORDER BY id LIMIT ?",
                        afterId,
                        state,
                        state,
                        nowMs,
                        most + 1)
                .map(ROW)
                .list());
        return Page.of(rows, most, Approval::id);
    }
}
