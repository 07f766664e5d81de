package tollgate.records;

import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Whose is what providers keep. Thread-safe. */
public final class ProviderObjects {
    static final String INSERT = "INSERT INTO provider_object (upstream, id, kind, owner, live, exchange, made_ms)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, upstream) DO NOTHING";

    private final Jdbi jdbi;

    ProviderObjects(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Something that a provider keeps.
     *
     * @param upstream name of the upstream that has it
     * @param id as the provider names it
     * @param kind {@code response}, {@code item}, {@code conversation} or {@code completion}
     * @param owner whose it is: {@code project:} or {@code wallet:} and its id
     * @param live made for real money
     * @param exchange that made it
     * @param madeMs when, in milliseconds since 1970
     */
    public record ProviderObject(
            String upstream, String id, String kind, String owner, boolean live, String exchange, long madeMs) {}

    /** Keeps whose they are; what somebody has already stays his. */
    public void add(List<ProviderObject> objects) {
        jdbi.useTransaction(handle -> Rows.insert(handle, INSERT, objects, ProviderObjects::bind));
    }

    static void bind(Rows.Row row, ProviderObject object) throws SQLException {
        row.add(object.upstream)
                .add(object.id)
                .add(object.kind)
                .add(object.owner)
                .add(object.live)
                .add(object.exchange)
                .add(object.madeMs);
    }

    /** Those of an id: one, unless two providers chose the same. */
    public List<ProviderObject> find(String id) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM provider_object WHERE id = ?", id)
                .map((row, context) -> new ProviderObject(
                        row.getString("upstream"),
                        row.getString("id"),
                        row.getString("kind"),
                        row.getString("owner"),
                        row.getInt("live") != 0,
                        row.getString("exchange"),
                        row.getLong("made_ms")))
                .list());
    }

    /** It was deleted at its provider. */
    public void remove(String upstream, String id) {
        jdbi.useHandle(
                handle -> handle.execute("DELETE FROM provider_object WHERE id = ? AND upstream = ?", id, upstream));
    }
}
