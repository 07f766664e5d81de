package tollgate.records;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
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

    /**
     * Adds a wallet and the posting that opens it; where there is a wallet of that id, nothing changes.
     *
     * @return false, and nothing is added, while its organisation moves: what moves is known as it begins
     */
    public boolean add(String id, String organisation, String name, boolean live, String actor, long nowMs) {
        return jdbi.inTransaction(handle -> {
            if (handle.execute("UPDATE organisation SET policy = policy WHERE id = ? AND moving = 0", organisation)
                    != 1) {
                return false;
            }
            handle.execute(
                    "INSERT INTO wallet (id, organisation, name, live, state, version, created_ms)"
                            + " VALUES (?, ?, ?, ?, 'active', 0, ?) ON CONFLICT (id) DO NOTHING",
                    id,
                    organisation,
                    name,
                    live ? 1 : 0,
                    nowMs);
            Postings.add(handle, new Postings.Posting("open:" + id, id, "open", 0, false, "", actor, nowMs));
            return true;
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

    /**
     * Where wallets are now, which may be elsewhere than they once were.
     *
     * @param shard of its organisation
     * @param moving that is on its way: the wallet may be in no shard
     * @param moved it has moved before, or does
     */
    public record Home(String wallet, int shard, boolean moving, boolean moved) {}

    /** Where these wallets are, at most some hundreds, by id. */
    public Map<String, Home> homes(Collection<String> wallets) {
        if (wallets.isEmpty()) {
            return Map.of();
        }
        return jdbi.withHandle(handle -> handle
                .createQuery("SELECT w.id, o.shard, o.moving, (SELECT COUNT(*) FROM org_move m"
                        + " WHERE m.organisation = o.id AND m.step IN ('leaving', 'arriving', 'done')) AS moves"
                        + " FROM wallet w JOIN organisation o ON o.id = w.organisation WHERE w.id IN (<wallets>)")
                .bindList("wallets", List.copyOf(new TreeSet<>(wallets)))
                .map((row, context) -> new Home(
                        row.getString("id"), row.getInt("shard"), row.getInt("moving") != 0, row.getLong("moves") > 0))
                .stream()
                .collect(Collectors.toMap(Home::wallet, Function.identity())));
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
