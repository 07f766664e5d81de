package tollgate.records;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * Moves of organisations between shards, as far as they have come. Each step is taken once, whoever takes it: who comes too
 * late changes nothing. Thread-safe.
 */
public final class Moves {
    private static final RowMapper<Move> ROW = (row, context) -> new Move(
            row.getString("organisation"),
            row.getLong("number"),
            row.getInt("from_shard"),
            row.getInt("to_shard"),
            Step.valueOf(row.getString("step").toUpperCase(Locale.ROOT)),
            row.getLong("after_n"),
            row.getString("actor"),
            row.getString("reason"),
            row.getLong("started_ms"),
            row.getLong("until_ms"),
            row.getString("ended_ms") == null ? null : Long.valueOf(row.getLong("ended_ms")));

    private final Jdbi jdbi;

    Moves(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** How far a move has come. */
    public enum Step {
        /** Nothing new is admitted; what is open goes on. Time may end it. */
        MOVING,
        /** Nothing was open: wallets and counters leave their shard. Nothing ends it any more but its arrival. */
        LEAVING,
        /** The books have all of it, and say that it is in the other shard, where it comes in. */
        ARRIVING,
        /** It is served there. */
        DONE,
        /** Something stayed open for too long; it is served where it was. */
        GIVEN_UP;

        /** The word in the books and in interfaces. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One move.
     *
     * @param number the organisation's policy number as it began: above those of its earlier moves
     * @param from the shard that it leaves
     * @param afterN entries of the move in that shard come behind this number
     * @param untilMs when it is given up, should anything be open then
     * @param endedMs null: it is under way
     */
    public record Move(
            String organisation,
            long number,
            int from,
            int to,
            Step step,
            long afterN,
            String actor,
            String reason,
            long startedMs,
            long untilMs,
            @Nullable Long endedMs) {
        /** How ledger entries refer to it. */
        public String reference() {
            return number + " " + organisation;
        }
    }

    /**
     * Says that an organisation moves, by somebody's word: from then on nothing new of it is admitted.
     *
     * @return the move; the one that is under way where there is one; empty where it is in that shard already
     */
    public Optional<Move> begin(String organisation, int to, long untilMs, Audit.Word word) {
        return jdbi.inTransaction(handle -> {
            int begun = handle.execute(
                    "UPDATE organisation SET moving = 1, policy = policy + 1 WHERE id = ? AND moving = 0 AND shard <> ?",
                    organisation,
                    to);
            if (begun == 0) {
                return last(handle, organisation).filter(move -> move.endedMs == null);
            }
            handle.execute(
                    "INSERT INTO org_move (organisation, number, from_shard, to_shard, step, after_n, actor, reason,"
                            + " started_ms, until_ms) SELECT o.id, o.policy, o.shard, ?, 'moving',"
                            + " COALESCE((SELECT s.n FROM shard s WHERE s.shard = o.shard), 0), ?, ?, ?, ?"
                            + " FROM organisation o WHERE o.id = ?",
                    to,
                    word.actor(),
                    word.reason(),
                    word.atMs(),
                    untilMs,
                    organisation);
            Audit.add(handle, "move", "org:" + organisation, word);
            return last(handle, organisation);
        });
    }

    private static Optional<Move> last(Handle handle, String organisation) {
        return handle.select("SELECT * FROM org_move WHERE organisation = ? ORDER BY number DESC LIMIT 1", organisation)
                .map(ROW)
                .findOne();
    }

    /** The last move of an organisation, under way or over. */
    public Optional<Move> last(String organisation) {
        return jdbi.withHandle(handle -> last(handle, organisation));
    }

    /** The moves that are under way, oldest first. */
    public List<Move> underWay() {
        return jdbi.withHandle(
                handle -> handle.select("SELECT * FROM org_move WHERE step IN ('moving', 'leaving', 'arriving')"
                                + " ORDER BY started_ms, organisation")
                        .map(ROW)
                        .list());
    }

    /** The moves that ended with an arrival after a time. */
    public List<Move> doneSince(long sinceMs) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM org_move WHERE step = 'done' AND ended_ms > ? ORDER BY ended_ms", sinceMs)
                .map(ROW)
                .list());
    }

    /** Nothing is open: from now on it leaves. */
    public boolean leave(Move move) {
        return jdbi.withHandle(handle -> stepped(handle, move, Step.MOVING, Step.LEAVING));
    }

    /** Too much was open for too long: it is served where it was. */
    public boolean giveUp(Move move, long nowMs) {
        return jdbi.inTransaction(
                handle -> stepped(handle, move, Step.MOVING, Step.GIVEN_UP) && ended(handle, move, nowMs));
    }

    /**
     * The books have all of it: it is in the other shard from now on.
     *
     * @return false, and nothing is changed, where a wallet's last entry in the old shard is not here
     */
    public boolean arrive(Move move) {
        return jdbi.inTransaction(handle -> {
            long left = handle.select(
                            "SELECT COUNT(*) FROM wallet w WHERE w.organisation = ? AND NOT EXISTS (SELECT 1"
                                    + " FROM ledger_entry e WHERE e.entry = ? || w.id || ':out')",
                            move.organisation,
                            "mv:" + move.number + ":")
                    .mapTo(Long.class)
                    .one();
            return left == 0
                    && stepped(handle, move, Step.LEAVING, Step.ARRIVING)
                    && handle.execute(
                                    "UPDATE organisation SET shard = ?, policy = policy + 1 WHERE id = ?",
                                    move.to,
                                    move.organisation)
                            == 1;
        });
    }

    /** All of it has come in: it is served from there. */
    public boolean done(Move move, long nowMs) {
        return jdbi.inTransaction(
                handle -> stepped(handle, move, Step.ARRIVING, Step.DONE) && ended(handle, move, nowMs));
    }

    private static boolean stepped(Handle handle, Move move, Step from, Step to) {
        return handle.execute(
                        "UPDATE org_move SET step = ? WHERE organisation = ? AND number = ? AND step = ?",
                        to.wireName(),
                        move.organisation,
                        move.number,
                        from.wireName())
                == 1;
    }

    private static boolean ended(Handle handle, Move move, long nowMs) {
        handle.execute(
                "UPDATE org_move SET ended_ms = ? WHERE organisation = ? AND number = ?",
                nowMs,
                move.organisation,
                move.number);
        return handle.execute("UPDATE organisation SET moving = 0, policy = policy + 1 WHERE id = ?", move.organisation)
                == 1;
    }
}
