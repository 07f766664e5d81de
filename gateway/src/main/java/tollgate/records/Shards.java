package tollgate.records;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** How far each shard's history is known here, and who drains it. Thread-safe. */
public final class Shards {
    private static final RowMapper<Shard> ROW = (row, context) -> new Shard(
            row.getInt("shard"),
            row.getString("line"),
            row.getLong("epoch"),
            row.getLong("intended"),
            row.getLong("n"),
            row.getString("stream_id"),
            row.getLong("recorded_n"),
            row.getLong("doubted"));

    private final Jdbi jdbi;

    Shards(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One shard.
     *
     * @param line the history it belongs to; empty before its genesis
     * @param epoch it is open under
     * @param intended the highest epoch ever meant
     * @param n number of the last entry that is kept
     * @param streamId position behind it
     * @param recordedN entries up to this number have their usage records
     * @param doubted the highest epoch in which a gateway found that Redis has lost something
     */
    public record Shard(
            int shard, String line, long epoch, long intended, long n, String streamId, long recordedN, long doubted) {}

    /** A shard, known or not. */
    public Shard get(int shard) {
        return jdbi.inTransaction(handle -> {
            handle.execute(
                    "INSERT INTO shard (shard, line, epoch, intended, n, stream_id, lease_owner, lease_ms)"
                            + " VALUES (?, '', 0, 0, 0, '', '', 0) ON CONFLICT (shard) DO NOTHING",
                    shard);
            return handle.select("SELECT * FROM shard WHERE shard = ?", shard)
                    .map(ROW)
                    .one();
        });
    }

    /** The shards that organisations live in, have lived in or move to. */
    public List<Integer> used() {
        return jdbi.withHandle(
                handle -> handle.select("SELECT shard FROM organisation UNION SELECT from_shard FROM org_move"
                                + " UNION SELECT to_shard FROM org_move ORDER BY 1")
                        .mapTo(Integer.class)
                        .list());
    }

    /** Every shard that is known, by number. */
    public Map<Integer, Shard> all() {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM shard").map(ROW).stream()
                .collect(Collectors.toMap(Shard::shard, Function.identity())));
    }

    /** Whoever has the lease opens the shard under another epoch than this: Redis has less than it had said. */
    public void doubt(int shard, long epoch) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE shard SET doubted = ? WHERE shard = ? AND doubted < ?", epoch, shard, epoch));
    }

    /** An earlier run of this gateway is dead: what it had leased is ours. */
    public void inherit(String ofAnyRun, String owner) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE shard SET lease_owner = ? WHERE lease_owner LIKE ? AND lease_owner <> ?",
                owner,
                ofAnyRun + "%",
                owner));
    }

    /** Takes or renews the lease of a shard; false where somebody else has it. */
    public boolean lease(int shard, String owner, long nowMs, long untilMs) {
        return jdbi.withHandle(handle -> handle.execute(
                        "UPDATE shard SET lease_owner = ?, lease_ms = ?"
                                + " WHERE shard = ? AND (lease_owner = ? OR lease_ms < ?)",
                        owner,
                        untilMs,
                        shard,
                        owner,
                        nowMs))
                == 1;
    }

    /**
     * Notes an epoch before it is opened: whatever happens, none as high will be used again.
     *
     * @return false where the lease is somebody else's: it must not be opened
     */
    public boolean intend(int shard, String owner, String line, long epoch) {
        return jdbi.withHandle(handle -> handle.execute(
                        "UPDATE shard SET intended = ?, line = ? WHERE shard = ? AND lease_owner = ? AND intended < ?",
                        epoch,
                        line,
                        shard,
                        owner,
                        epoch))
                == 1;
    }

    /** The stream is read from its beginning again: positions after a loss may be before those of what is lost (H6). */
    public void reread(int shard, String owner) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE shard SET stream_id = '' WHERE shard = ? AND lease_owner = ?", shard, owner));
    }

    /** Lets a lease go. */
    public void release(int shard, String owner) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE shard SET lease_ms = 0 WHERE shard = ? AND lease_owner = ?", shard, owner));
    }

    /** Notes that an epoch is open. */
    public void opened(int shard, String owner, long epoch) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE shard SET epoch = ? WHERE shard = ? AND lease_owner = ?", epoch, shard, owner));
    }

    /** Notes that entries up to this number have their usage records. */
    public void recorded(int shard, long n) {
        jdbi.useHandle(handle -> handle.execute("UPDATE shard SET recorded_n = ? WHERE shard = ?", n, shard));
    }

    /** A shard's row, if there is one. */
    public Optional<Shard> find(int shard) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM shard WHERE shard = ?", shard)
                .map(ROW)
                .findOne());
    }
}
