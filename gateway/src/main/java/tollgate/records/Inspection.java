package tollgate.records;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;

/**
 * What a database says of itself, read without changing it. Immutable.
 *
 * @param version the server's
 * @param schema which version of our tables it has, and how many are to come
 * @param dangers what would lose committed books, or keep them from being written
 */
public record Inspection(String version, String schema, List<String> dangers) {
    /** Copies what could change. */
    public Inspection {
        dangers = List.copyOf(dangers);
    }

    /**
     * Looks.
     *
     * @param url a JDBC address
     * @throws IllegalStateException where it cannot be reached or read
     */
    public static Inspection of(String url) {
        try (Connection connection = DriverManager.getConnection(url)) {
            List<String> dangers = new ArrayList<>();
            if (url.startsWith("jdbc:sqlite:")) {
                expect(dangers, connection, "PRAGMA quick_check", "quick_check", "ok", "its file is damaged");
            } else {
                String lost = "the drain trims Redis behind its commits (H44)";
                expect(dangers, connection, "SHOW fsync", "fsync", "on", lost);
                expect(dangers, connection, "SHOW full_page_writes", "full_page_writes", "on", lost);
                expect(
                        dangers,
                        connection,
                        "SELECT pg_is_in_recovery()::text",
                        "pg_is_in_recovery",
                        "false",
                        "a standby takes no writes");
                expect(
                        dangers,
                        connection,
                        "SHOW default_transaction_read_only",
                        "default_transaction_read_only",
                        "off",
                        "the books are written");
            }
            return new Inspection(connection.getMetaData().getDatabaseProductVersion(), schema(url, dangers), dangers);
        } catch (SQLException unreachable) {
            throw new IllegalStateException(unreachable.getMessage(), unreachable);
        }
    }

    private static String schema(String url, List<String> dangers) {
        MigrationInfoService known = Flyway.configure()
                .dataSource(url, null, null)
                .locations("classpath:tollgate/records")
                .load()
                .info();
        for (MigrationInfo each : known.all()) {
            if (each.getState().isFailed() || !each.getState().isResolved()) {
                dangers.add("schema version " + each.getVersion() + " is " + each.getState()
                        + " (expected: tables of this release or an older one)");
            }
        }
        MigrationInfo current = known.current();
        int pending = known.pending().length;
        return (current == null ? "no tables yet" : "tables of version " + current.getVersion())
                + (pending == 0 ? "" : ", " + pending + " versions to come at the next start");
    }

    private static void expect(
            List<String> dangers, Connection connection, String query, String name, String value, String why)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            String found = rows.next() ? rows.getString(1) : "";
            if (!value.equals(found)) {
                dangers.add(name + " is '" + found + "' (expected: " + value + ": " + why + ")");
            }
        }
    }
}
