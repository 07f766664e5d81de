package tollgate.records;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * Inserts rows by the thousand: bound by position straight to JDBC, since finding the binding of each value anew takes
 * longer than the database needs for the row. Stateless.
 */
final class Rows {
    private Rows() {}

    /** Binds one row's values. */
    @FunctionalInterface
    interface Binding<T> {
        void bind(Row row, T value) throws SQLException;
    }

    /**
     * Runs a statement once for each value, in one batch.
     *
     * @throws UnableToExecuteStatementException where the database refuses one of them
     * @param sql with a parameter for each value that {@code binding} adds
     */
    static <T> void insert(Handle handle, String sql, List<T> values, Binding<T> binding) {
        if (values.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            for (T value : values) {
                binding.bind(new Row(statement), value);
                statement.addBatch();
            }
            statement.executeBatch();
        } catch (SQLException failed) {
            throw new UnableToExecuteStatementException(failed, null);
        }
    }

    /** The parameters of one row, in the order of the statement. */
    static final class Row {
        private final PreparedStatement statement;
        private int last;

        private Row(PreparedStatement statement) {
            this.statement = statement;
        }

        Row add(@Nullable String value) throws SQLException {
            statement.setString(++last, value);
            return this;
        }

        Row add(long value) throws SQLException {
            statement.setLong(++last, value);
            return this;
        }

        Row add(boolean value) throws SQLException {
            statement.setInt(++last, value ? 1 : 0);
            return this;
        }
    }
}
