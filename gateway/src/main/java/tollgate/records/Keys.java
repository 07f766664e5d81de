package tollgate.records;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Keys: their hashes, never the keys. Thread-safe. */
public final class Keys {
    private static final String SELECT =
            "SELECT k.*, w.live, w.organisation, o.shard, o.policy, o.zone, o.frozen AS organisation_frozen, o.moving, o.plan, m.role,"
                    + " COALESCE(m.team, p.team) AS team FROM api_key k JOIN wallet w ON w.id = k.wallet"
                    + " JOIN organisation o ON o.id = w.organisation LEFT JOIN member m ON m.id = k.member"
                    + " LEFT JOIN project p ON p.id = k.project";
    private static final RowMapper<Key> ROW = (row, context) -> new Key(
            row.getString("id"),
            row.getString("hash"),
            row.getString("display"),
            row.getString("name"),
            row.getString("organisation"),
            row.getInt("shard"),
            row.getLong("policy"),
            row.getString("wallet"),
            row.getInt("live") != 0,
            row.getString("member"),
            row.getString("project"),
            Arrays.stream(row.getString("allowed_models").split("\n", -1))
                    .filter(model -> !model.isEmpty())
                    .toList(),
            row.getLong("created_ms"),
            (Long) longOrNull(row.getObject("expires_ms")),
            (Long) longOrNull(row.getObject("revoked_ms")),
            row.getInt("frozen") != 0,
            row.getString("team"),
            row.getString("role"),
            row.getString("zone"),
            row.getInt("organisation_frozen") != 0,
            row.getInt("moving") != 0,
            row.getString("plan").isEmpty() ? null : row.getString("plan"));

    private final Jdbi jdbi;

    Keys(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    private static @Nullable Object longOrNull(@Nullable Object column) {
        return column == null ? null : ((Number) column).longValue();
    }

    /**
     * One key.
     *
     * @param hash of the key
     * @param display what is shown of it
     * @param allowedModels patterns; none: all
     * @param frozen it may not spend
     * @param team of its member, else of its project
     * @param role of its member; null: it has none that is known
     * @param zone of its organisation
     * @param organisationFrozen no key of its organisation may spend
     * @param moving its organisation is on its way to another shard
     * @param plan what its organisation has bought; null: nothing in particular
     */
    public record Key(
            String id,
            String hash,
            String display,
            String name,
            String organisation,
            int shard,
            long policy,
            String wallet,
            boolean live,
            @Nullable String member,
            @Nullable String project,
            List<String> allowedModels,
            long createdMs,
            @Nullable Long expiresMs,
            @Nullable Long revokedMs,
            boolean frozen,
            @Nullable String team,
            @Nullable String role,
            String zone,
            boolean organisationFrozen,
            boolean moving,
            @Nullable String plan) {
        /** Copies what could change. */
        public Key {
            allowedModels = List.copyOf(allowedModels);
        }
    }

    /**
     * A key to be added.
     *
     * @param hash of the key
     * @param display what is shown of it
     * @param allowedModels patterns; none: all
     */
    public record NewKey(
            String id,
            String hash,
            String display,
            String name,
            String wallet,
            @Nullable String member,
            @Nullable String project,
            List<String> allowedModels,
            long createdMs,
            @Nullable Long expiresMs) {
        /** Copies what could change. */
        public NewKey {
            allowedModels = List.copyOf(allowedModels);
        }
    }

    /** Adds a key of a wallet. */
    public void add(NewKey key) {
        jdbi.useHandle(handle -> insert(handle, key, ""));
    }

    /**
     * Adds the key that a request makes. A key of that id is one that an earlier turn made without its secret ever being
     * told: it is this secret's from now on.
     *
     * @return false where it is another worker's turn by now, and nothing was done
     */
    public boolean add(NewKey key, Turn turn) {
        return jdbi.inTransaction(handle -> {
            boolean ours = IdempotentRequests.stillOurs(handle, turn);
            if (ours) {
                insert(handle, key, " ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, display = excluded.display");
            }
            return ours;
        });
    }

    private static void insert(Handle handle, NewKey key, String again) {
        handle.execute(
                "INSERT INTO api_key (id, hash, display, name, wallet, member, project, allowed_models, created_ms,"
                        + " expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" + again,
                key.id,
                key.hash,
                key.display,
                key.name,
                key.wallet,
                key.member,
                key.project,
                String.join("\n", key.allowedModels),
                key.createdMs,
                key.expiresMs);
    }

    /** A key that is good, by its hash. */
    public Optional<Key> good(String hash) {
        return jdbi.withHandle(handle -> handle.select(SELECT + " WHERE k.hash = ? AND k.revoked_ms IS NULL", hash)
                .map(ROW)
                .findOne());
    }

    /** A key by its id, good or not. */
    public Optional<Key> find(String id) {
        return jdbi.withHandle(
                handle -> handle.select(SELECT + " WHERE k.id = ?", id).map(ROW).findOne());
    }

    /** Keys after an id, in order of ids; of one wallet, or of all where it is empty. */
    public Page<Key> list(String wallet, String afterId, int most) {
        return jdbi.withHandle(handle -> {
            List<Key> rows = handle.select(
                            SELECT + " WHERE k.id > ? AND (? = '' OR k.wallet = ?) ORDER BY k.id LIMIT ?",
                            afterId,
                            wallet,
                            wallet,
                            most + 1)
                    .map(ROW)
                    .list();
            return rows.size() <= most
                    ? new Page<>(rows, null)
                    : new Page<>(rows.subList(0, most), rows.get(most - 1).id());
        });
    }

    /** Freezes a key, or lifts that, by somebody's word, and raises its organisation's policy number. */
    public void setFrozen(String id, boolean frozen, Audit.Word word) {
        jdbi.useTransaction(handle -> {
            handle.execute("UPDATE api_key SET frozen = ? WHERE id = ?", frozen ? 1 : 0, id);
            raisePolicy(handle, id);
            Audit.add(handle, frozen ? "freeze" : "unfreeze", "key:" + id, word);
        });
    }

    private static void raisePolicy(Handle handle, String id) {
        handle.execute(
                "UPDATE organisation SET policy = policy + 1 WHERE id = (SELECT w.organisation FROM wallet w"
                        + " JOIN api_key k ON k.wallet = w.id WHERE k.id = ?)",
                id);
    }

    /** Revokes a key and raises its organisation's policy number; again: nothing changes. */
    public void revoke(String id, long nowMs) {
        jdbi.useTransaction(handle -> {
            if (handle.execute("UPDATE api_key SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL", nowMs, id)
                    == 1) {
                raisePolicy(handle, id);
            }
        });
    }
}
