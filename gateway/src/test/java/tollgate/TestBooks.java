package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import tollgate.records.Records;

/** Databases that tests run on, each a new one: SQLite, and PostgreSQL where {@code TOLLGATE_TEST_POSTGRES} names a server. */
public enum TestBooks {
    /** A file. */
    SQLITE,
    /** A database on a server. */
    POSTGRESQL;

    private static final String SERVER = "TOLLGATE_TEST_POSTGRES";
    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** The address of a new database. */
    public String address(Path folder) throws SQLException {
        if (this == SQLITE) {
            return "jdbc:sqlite:" + folder.resolve("records.db");
        }
        String server = server();
        String name = "b" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(server);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        return server.replaceFirst("/[^/?]*(\\?|$)", "/" + name + "$1");
    }

    /** Leaves out, with the reason, the tests on a kind of database that is not here; under CI they fail. */
    public void assumeHere() {
        if (this == POSTGRESQL && System.getenv(SERVER) == null && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort(SERVER + " is not set (expected: a PostgreSQL server to create databases on)");
        }
    }

    private static String server() {
        String server = System.getenv(SERVER);
        assertThat(server).as(SERVER).isNotNull();
        return server;
    }

    /** Opens the books at an address. */
    public static Records open(String address) {
        return address.startsWith("jdbc:sqlite:")
                ? Records.sqlite(Path.of(address.substring("jdbc:sqlite:".length())))
                : Records.jdbc(address);
    }
}
