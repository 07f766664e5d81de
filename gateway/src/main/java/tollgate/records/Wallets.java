package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** Wallets. Thread-safe. */
public final class Wallets {
    private static final String SELECT =
            "SELECT w.*, o.shard, o.policy FROM wallet w JOIN organisation o ON o.id = w.organisation";
    private static final RowMapper<Wallet> ROW = (row, context) -> new Wallet(
            row.getString("id"),
            row.getString("organisation"),
            row.getInt("shard"),
            row.getLong("policy"),
            row.getString("name"),
            row.getInt("live") != 0,
            row.getString("state"),
            row.getLong("version"),
            row.getLong("created_ms"));

    private final Jdbi jdbi;

    Wallets(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One wallet.
     *
     * @param shard of its organisation
     * @param policy of its organisation
     * @param live real money; otherwise the sandbox's
     * @param state {@code active} or {@code frozen}
     * @param version how often the state has been set
     */
    public record Wallet(
            String id,
            String organisation,
            int shard,
            long policy,
            String name,
            boolean live,
            String state,
            long version,
            long createdMs) {
        /** The currency of its money: the sandbox's is never mixed with real money (H49). */
        public String currency() {
            return live ? "USD" : "TEST";
        }
    }

    /** Adds a wallet and the posting that opens it; where there is a wallet of that id, nothing changes. */
    public void add(String id, String organisation, String name, boolean live, String actor, long nowMs) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "INSERT INTO wallet (id, organisation, name, live, state, version, created_ms)"
                            + " VALUES (?, ?, ?, ?, 'active', 0, ?) ON CONFLICT (id) DO NOTHING",
                    id,
                    organisation,
                    name,
                    live ? 1 : 0,
                    nowMs);
            Postings.add(handle, new Postings.Posting("open:" + id, id, "open", 0, false, "", actor, nowMs));
        });
    }

    /** A wallet by id. */
    public Optional<Wallet> find(String id) {
        return jdbi.withHandle(
                handle -> handle.select(SELECT + " WHERE w.id = ?", id).map(ROW).findOne());
    }

    /** Wallets after an id, in order of ids. */
    public Page<Wallet> list(String afterId, int most) {
        return jdbi.withHandle(handle -> {
            List<Wallet> rows = handle.select(SELECT + " WHERE w.id > ? ORDER BY w.id LIMIT ?", afterId, most + 1)
                    .map(ROW)
                    .list();
            return rows.size() <= most
                    ? new Page<>(rows, null)
                    : new Page<>(rows.subList(0, most), rows.get(most - 1).id());
        });
    }

    /** Wallets of an organisation, at most so many, in order of ids. */
    public List<Wallet> of(String organisation, int most) {
        return jdbi.withHandle(
                handle -> handle.select(SELECT + " WHERE w.organisation = ? ORDER BY w.id LIMIT ?", organisation, most)
                        .map(ROW)
                        .list());
    }

    /** Sets the state, by somebody's word; returns its new version. */
    public long setState(String id, String state, Audit.Word word) {
        return jdbi.inTransaction(handle -> {
            Audit.add(handle, state.equals("active") ? "unfreeze" : "freeze", "wallet:" + id, word);
            handle.execute("UPDATE wallet SET state = ?, version = version + 1 WHERE id = ?", state, id);
            return handle.select("SELECT version FROM wallet WHERE id = ?", id)
                    .mapTo(Long.class)
                    .one();
        });
    }
}
