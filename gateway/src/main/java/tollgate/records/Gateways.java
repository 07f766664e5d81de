package tollgate.records;

import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The gateways that share these books. Times are milliseconds of {@link Records#nowMs}. Thread-safe. */
public final class Gateways {
    private final Jdbi jdbi;

    Gateways(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One run of a gateway.
     *
     * @param id of its data directory, and of every copy of that
     * @param boot how often it was started
     * @param nonce of this run alone
     * @param place whose lock it holds: no two runs of one place are alive at once; empty where that cannot be told
     */
    public record Run(String id, long boot, String nonce, String place) {}

    /**
     * Claims an id for this run: where nobody has it, where its last run was in the same place and so is dead, or where that
     * was not heard of for so long.
     *
     * @return false where the id is alive elsewhere: one of the two is a copy of the other's data directory
     */
    public boolean claim(Run run, long nowMs, long aliveMs) {
        return jdbi.inTransaction(handle -> {
            handle.execute(
                    "INSERT INTO gateway (id, boot, nonce, place, seen_ms) VALUES (?, ?, ?, ?, ?)"
                            + " ON CONFLICT (id) DO NOTHING",
                    run.id,
                    run.boot,
                    run.nonce,
                    run.place,
                    nowMs);
            return handle.execute(
                            "UPDATE gateway SET boot = ?, nonce = ?, place = ?, seen_ms = ?"
                                    + " WHERE id = ? AND (nonce = ? OR (place = ? AND place <> '') OR seen_ms < ?)",
                            run.boot,
                            run.nonce,
                            run.place,
                            nowMs,
                            run.id,
                            run.nonce,
                            run.place,
                            nowMs - aliveMs)
                    == 1;
        });
    }

    /** This run is alive; false where another run has claimed its id since. */
    public boolean renew(Run run, long nowMs) {
        return jdbi.withHandle(handle -> handle.execute(
                        "UPDATE gateway SET seen_ms = ? WHERE id = ? AND nonce = ?", nowMs, run.id, run.nonce))
                == 1;
    }

    /** This run ends: whoever has its id next need not wait. */
    public void leave(Run run) {
        jdbi.useHandle(handle ->
                handle.execute("UPDATE gateway SET seen_ms = 0 WHERE id = ? AND nonce = ?", run.id, run.nonce));
    }

    /** When a gateway was last heard of; 0 where it never was, or has ended. */
    public long seenMs(String id) {
        return jdbi.withHandle(handle -> handle.select("SELECT seen_ms FROM gateway WHERE id = ?", id)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
    }

    /** The others that were heard of since then. */
    public List<String> beside(String id, long sinceMs) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT id FROM gateway WHERE id <> ? AND seen_ms > ? ORDER BY id", id, sinceMs)
                        .mapTo(String.class)
                        .list());
    }

    /** A gateway has placed the holds of its open exchanges again and sent what its journal has, in this epoch. */
    public void reinstated(String id, int shard, long epoch) {
        jdbi.useHandle(handle -> handle.execute(
                "INSERT INTO reinstated (gateway, shard, epoch) VALUES (?, ?, ?)"
                        + " ON CONFLICT (gateway, shard) DO UPDATE SET epoch = excluded.epoch",
                id,
                shard,
                epoch));
    }

    /** Those that were heard of since then and have not said that of this epoch. */
    public List<String> notReinstated(int shard, long epoch, long sinceMs) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT g.id FROM gateway g WHERE g.seen_ms > ? AND NOT EXISTS (SELECT 1 FROM reinstated r"
                                + " WHERE r.gateway = g.id AND r.shard = ? AND r.epoch >= ?) ORDER BY g.id",
                        sinceMs,
                        shard,
                        epoch)
                .mapTo(String.class)
                .list());
    }
}
