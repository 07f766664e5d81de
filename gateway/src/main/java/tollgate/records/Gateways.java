package tollgate.records;

import org.jdbi.v3.core.Jdbi;

/** The gateways that share these books. Thread-safe. */
public final class Gateways {
    private final Jdbi jdbi;

    Gateways(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Claims an id for this run, or renews the claim.
     *
     * @param aliveMs a claim that was not renewed for so long is dead
     * @return false where the id is alive under another nonce: a clone of our data directory
     */
    public boolean claim(String id, long boot, String nonce, long nowMs, long aliveMs) {
        return jdbi.inTransaction(handle -> {
            handle.execute(
                    "INSERT INTO gateway (id, boot, nonce, seen_ms) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                    id,
                    boot,
                    nonce,
                    nowMs);
            return handle.execute(
                            "UPDATE gateway SET boot = ?, nonce = ?, seen_ms = ?"
                                    + " WHERE id = ? AND (nonce = ? OR boot < ? OR seen_ms < ?)",
                            boot,
                            nonce,
                            nowMs,
                            id,
                            nonce,
                            boot,
                            nowMs - aliveMs)
                    == 1;
        });
    }
}
