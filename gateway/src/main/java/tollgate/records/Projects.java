package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Projects of organisations. Thread-safe. */
public final class Projects {
    private static final RowMapper<Project> ROW = (row, context) -> new Project(
            row.getString("id"),
            row.getString("organisation"),
            row.getString("team"),
            row.getString("name"),
            row.getLong("created_ms"));

    private final Jdbi jdbi;

    Projects(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One project.
     *
     * @param team whose it is: of keys without a member it is their team; null: nobody's
     */
    public record Project(
            String id, String organisation, @Nullable String team, String name, long createdMs) {}

    /** Adds a project; where there is one of that id or name, nothing changes. */
    public void add(Project project) {
        jdbi.useHandle(handle -> handle.execute(
                "INSERT INTO project (id, organisation, team, name, created_ms) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING",
                project.id,
                project.organisation,
                project.team,
                project.name,
                project.createdMs));
    }

    /** A project by id. */
    public Optional<Project> find(String id) {
        return jdbi.withHandle(handle ->
                handle.select("SELECT * FROM project WHERE id = ?", id).map(ROW).findOne());
    }

    /** Projects after an id, in order of ids; of one organisation, or of all where it is empty. */
    public Page<Project> list(String organisation, String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select(
                                "SELECT * FROM project WHERE id > ? AND (? = '' OR organisation = ?) ORDER BY id LIMIT ?",
                                afterId,
                                organisation,
                                organisation,
                                most + 1)
                        .map(ROW)
                        .list(),
                most,
                Project::id));
    }
}
