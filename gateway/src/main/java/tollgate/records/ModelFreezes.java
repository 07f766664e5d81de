package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** Models that nobody may use, of one organisation or of all. Thread-safe. */
public final class ModelFreezes {
    private static final RowMapper<Frozen> ROW = (row, context) -> new Frozen(
            row.getString("id"),
            row.getString("organisation"),
            row.getString("model"),
            row.getString("reason"),
            row.getString("actor"),
            row.getLong("created_ms"));

    private final Jdbi jdbi;

    ModelFreezes(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One of them.
     *
     * @param organisation whose keys it is meant for; empty: all
     * @param model a model or pattern
     * @param reason empty: none was given
     */
    public record Frozen(String id, String organisation, String model, String reason, String actor, long createdMs) {}

    /**
     * Freezes a model, where it is not yet, and then raises the policy numbers, always: whoever was interrupted asks again.
     * An organisation that is made in between either is raised or has keys that are read after the freeze.
     *
     * @return what is frozen: this, or the same before
     */
    public Frozen freeze(Frozen wanted) {
        Frozen frozen = jdbi.inTransaction(handle -> {
            handle.execute(
                    "INSERT INTO model_freeze (id, organisation, model, reason, actor, created_ms)"
                            + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    wanted.id,
                    wanted.organisation,
                    wanted.model,
                    wanted.reason,
                    wanted.actor,
                    wanted.createdMs);
            Audit.add(handle, "freeze", subject(wanted), new Audit.Word(wanted.actor, wanted.reason, wanted.createdMs));
            return handle.select(
                            "SELECT * FROM model_freeze WHERE organisation = ? AND model = ?",
                            wanted.organisation,
                            wanted.model)
                    .map(ROW)
                    .one();
        });
        raisePolicies(frozen);
        return frozen;
    }

    /** Lifts a freeze: what it was, where there was one. */
    public Optional<Frozen> lift(String id, Audit.Word word) {
        Optional<Frozen> lifted = jdbi.inTransaction(handle -> {
            Optional<Frozen> known = find(handle, id);
            known.ifPresent(each -> {
                handle.execute("DELETE FROM model_freeze WHERE id = ?", id);
                Audit.add(handle, "unfreeze", subject(each), word);
            });
            return known;
        });
        lifted.ifPresent(this::raisePolicies);
        return lifted;
    }

    private static Optional<Frozen> find(Handle handle, String id) {
        return handle.select("SELECT * FROM model_freeze WHERE id = ?", id)
                .map(ROW)
                .findOne();
    }

    private static String subject(Frozen frozen) {
        return "model:" + frozen.model + (frozen.organisation.isEmpty() ? "" : " of org:" + frozen.organisation);
    }

    private void raisePolicies(Frozen frozen) {
        jdbi.useHandle(handle -> handle.execute(
                "UPDATE organisation SET policy = policy + 1 WHERE ? = '' OR id = ?",
                frozen.organisation,
                frozen.organisation));
    }

    /** Models and patterns that the keys of an organisation may not use. */
    public List<String> above(String organisation) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT DISTINCT model FROM model_freeze WHERE organisation IN ('', ?) ORDER BY model",
                        organisation)
                .mapTo(String.class)
                .list());
    }

    /** Freezes after an id, in order of ids; those of one organisation, or all where it is empty. */
    public Page<Frozen> list(String organisation, String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select(
                                "SELECT * FROM model_freeze WHERE id > ? AND (? = '' OR organisation = ?)"
                                        + " ORDER BY id LIMIT ?",
                                afterId,
                                organisation,
                                organisation,
                                most + 1)
                        .map(ROW)
                        .list(),
                most,
                Frozen::id));
    }
}
