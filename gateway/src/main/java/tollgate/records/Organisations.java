package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Organisations. Thread-safe. */
public final class Organisations {
    private static final RowMapper<Organisation> ROW = (row, context) -> new Organisation(
            row.getString("id"),
            row.getString("name"),
            row.getInt("shard"),
            row.getLong("policy"),
            row.getString("zone"),
            row.getInt("frozen") != 0,
            row.getInt("moving") != 0,
            row.getString("plan").isEmpty() ? null : row.getString("plan"),
            row.getLong("created_ms"));

    private final Jdbi jdbi;

    Organisations(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One organisation.
     *
     * @param shard where its money is kept, or is to be once it has moved
     * @param policy raised whenever something about its keys changes
     * @param zone its calendar's
     * @param frozen none of its keys may spend
     * @param moving it is on its way to another shard: nothing new is admitted
     * @param plan what it has bought; null: nothing in particular
     */
    public record Organisation(
            String id,
            String name,
            int shard,
            long policy,
            String zone,
            boolean frozen,
            boolean moving,
            @Nullable String plan,
            long createdMs) {}

    /** The organisation of a name, made where there is none. */
    public Organisation named(String name, String newId, int newShard, long nowMs) {
        return jdbi.inTransaction(handle -> {
            handle.execute(
                    "INSERT INTO organisation (id, name, shard, policy, created_ms) VALUES (?, ?, ?, 0, ?)"
                            + " ON CONFLICT (name) DO NOTHING",
                    newId,
                    name,
                    newShard,
                    nowMs);
            return handle.select("SELECT * FROM organisation WHERE name = ?", name)
                    .map(ROW)
                    .one();
        });
    }

    /** Sets the zone of its calendar: windows that begin otherwise in that zone begin anew. */
    public void setZone(String id, String zone) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE organisation SET zone = ?, policy = policy + 1 WHERE id = ? AND zone <> ?", zone, id, zone));
    }

    /** Gives it another plan; null: none. */
    public void setPlan(String id, @Nullable String plan) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE organisation SET plan = ?, policy = policy + 1 WHERE id = ?", plan == null ? "" : plan, id));
    }

    /** Freezes it, or lifts that, by somebody's word. */
    public void setFrozen(String id, boolean frozen, Audit.Word word) {
        jdbi.useTransaction(handle -> {
            handle.execute("UPDATE organisation SET frozen = ?, policy = policy + 1 WHERE id = ?", frozen ? 1 : 0, id);
            Audit.add(handle, frozen ? "freeze" : "unfreeze", "org:" + id, word);
        });
    }

    /** Organisations after an id, in order of ids. */
    public Page<Organisation> list(String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select("SELECT * FROM organisation WHERE id > ? ORDER BY id LIMIT ?", afterId, most + 1)
                        .map(ROW)
                        .list(),
                most,
                Organisation::id));
    }

    /** An organisation by name. */
    public Optional<Organisation> byName(String name) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM organisation WHERE name = ?", name)
                .map(ROW)
                .findOne());
    }

    /** An organisation by id. */
    public Optional<Organisation> find(String id) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM organisation WHERE id = ?", id)
                .map(ROW)
                .findOne());
    }
}
