package tollgate.books;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** Ledger entries and usage records put straight into a database, each wallet's chain as it has to be. */
final class BookedEntries implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement entry;
    private final PreparedStatement exchange;
    private final Map<String, Long> balances = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private long n;

    BookedEntries(String address) throws SQLException {
        connection = DriverManager.getConnection(address);
        connection.setAutoCommit(false);
        entry = connection.prepareStatement(
                "INSERT INTO ledger_entry (entry, wallet, seq, shard, n, epoch, kind, exchange, amount, balance, shortfall,"
                        + " at_ms, fingerprint, estimated, reference, actor)"
                        + " VALUES (?, ?, ?, 7, ?, 1, ?, ?, ?, ?, 0, ?, 'f', 0, '', '')");
        exchange = connection.prepareStatement(
                "INSERT INTO exchange (id, wallet, api_key, live, service, model, ended, payer, estimated, charge, cost,"
                        + " status, started_ms, finished_ms, fingerprint, record)"
                        + " VALUES (?, ?, ?, 1, 'chat', ?, 'complete', 'wallet', 0, ?, 0, 200, ?, ?, 'f', '{}')");
    }

    /** Books an entry that is of no exchange. */
    void moved(String wallet, String kind, long amount, long atMs) throws SQLException {
        add(wallet, kind + n, kind, "", amount, atMs);
    }

    /** Books an exchange, and its usage record. */
    void charged(String wallet, String id, String model, String key, long charge, long begunMs, long atMs)
            throws SQLException {
        add(wallet, id, "settle", id, -charge, atMs);
        exchange.setString(1, id);
        exchange.setString(2, wallet);
        exchange.setString(3, key);
        exchange.setString(4, model);
        exchange.setLong(5, charge);
        exchange.setLong(6, begunMs);
        exchange.setLong(7, atMs);
        exchange.addBatch();
    }

    /** Books an entry. */
    void add(String wallet, String id, String kind, String of, long amount, long atMs) throws SQLException {
        long balance = balances.merge(wallet, amount, Long::sum);
        entry.setString(1, id);
        entry.setString(2, wallet);
        entry.setLong(3, numbers.merge(wallet, 1L, Long::sum));
        entry.setLong(4, ++n);
        entry.setString(5, kind);
        entry.setString(6, of);
        entry.setLong(7, amount);
        entry.setLong(8, balance);
        entry.setLong(9, atMs);
        entry.addBatch();
        if (n % 10_000 == 0) {
            kept();
        }
    }

    /** All of that is in the database. */
    void kept() throws SQLException {
        entry.executeBatch();
        exchange.executeBatch();
        connection.commit();
    }

    /** Somebody is at the books. */
    void alter(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (statement.executeUpdate(sql) == 0) {
                throw new AssertionError("nothing was altered by " + sql);
            }
        }
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
