package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** Organisations. Thread-safe. */
public final class Organisations {
    private static final RowMapper<Organisation> ROW = (row, context) ->
            new Organisation(row.getString("id"), row.getString("name"), row.getInt("shard"), row.getLong("policy"));

    private final Jdbi jdbi;

    Organisations(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One organisation.
     *
     * @param shard where its money is kept: chosen once
     * @param policy raised whenever something about its keys changes
     */
    public record Organisation(String id, String name, int shard, long policy) {}

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

    /** An organisation by id. */
    public Optional<Organisation> find(String id) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM organisation WHERE id = ?", id)
                .map(ROW)
                .findOne());
    }
}
