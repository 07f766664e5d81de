package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** Teams of organisations. Thread-safe. */
public final class Teams {
    private static final RowMapper<Team> ROW = (row, context) -> new Team(
            row.getString("id"), row.getString("organisation"), row.getString("name"), row.getLong("created_ms"));

    private final Jdbi jdbi;

    Teams(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** One team. */
    public record Team(String id, String organisation, String name, long createdMs) {}

    /** Adds a team; where there is one of that id or name, nothing changes. */
    public void add(Team team) {
        jdbi.useHandle(handle -> handle.execute(
                "INSERT INTO team (id, organisation, name, created_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                team.id,
                team.organisation,
                team.name,
                team.createdMs));
    }

    /** A team by id. */
    public Optional<Team> find(String id) {
        return jdbi.withHandle(handle ->
                handle.select("SELECT * FROM team WHERE id = ?", id).map(ROW).findOne());
    }

    /** Teams after an id, in order of ids; of one organisation, or of all where it is empty. */
    public Page<Team> list(String organisation, String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select(
                                "SELECT * FROM team WHERE id > ? AND (? = '' OR organisation = ?) ORDER BY id LIMIT ?",
                                afterId,
                                organisation,
                                organisation,
                                most + 1)
                        .map(ROW)
                        .list(),
                most,
                Team::id));
    }
}
