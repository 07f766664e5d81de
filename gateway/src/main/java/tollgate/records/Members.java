package tollgate.records;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Members of organisations. Thread-safe. */
public final class Members {
    private static final RowMapper<Member> ROW = (row, context) -> new Member(
            row.getString("id"),
            row.getString("organisation"),
            row.getString("team"),
            row.getString("name"),
            row.getString("role"),
            row.getLong("created_ms"));

    private final Jdbi jdbi;

    Members(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One member.
     *
     * @param team null: of none
     * @param role {@code member}, or {@code viewer}, who may not spend
     */
    public record Member(
            String id, String organisation, @Nullable String team, String name, String role, long createdMs) {}

    /** Adds a member; where there is one of that id, nothing changes. */
    public void add(Member member) {
        jdbi.useHandle(handle -> handle.execute(
                "INSERT INTO member (id, organisation, team, name, role, created_ms) VALUES (?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (id) DO NOTHING",
                member.id,
                member.organisation,
                member.team,
                member.name,
                member.role,
                member.createdMs));
    }

    /** Gives a member another team and role, and raises its organisation's policy number. */
    public void change(String id, @Nullable String team, String role) {
        jdbi.useTransaction(handle -> {
            handle.execute("UPDATE member SET team = ?, role = ? WHERE id = ?", team, role, id);
            handle.execute(
                    "UPDATE organisation SET policy = policy + 1 WHERE id = (SELECT organisation FROM member WHERE id = ?)",
                    id);
        });
    }

    /** A member by id. */
    public Optional<Member> find(String id) {
        return jdbi.withHandle(handle ->
                handle.select("SELECT * FROM member WHERE id = ?", id).map(ROW).findOne());
    }

    /** Members after an id, in order of ids; of one organisation, or of all where it is empty. */
    public Page<Member> list(String organisation, String afterId, int most) {
        return jdbi.withHandle(handle -> Page.of(
                handle.select(
                                "SELECT * FROM member WHERE id > ? AND (? = '' OR organisation = ?) ORDER BY id LIMIT ?",
                                afterId,
                                organisation,
                                organisation,
                                most + 1)
                        .map(ROW)
                        .list(),
                most,
                Member::id));
    }
}
