package tollgate.records;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/** Settlements that the wallet will always refuse: a person has to look. Thread-safe. */
public final class Suspense {
    private static final RowMapper<Parked> ROW = (row, context) -> new Parked(
            row.getString("exchange"),
            row.getString("wallet"),
            row.getLong("total"),
            row.getString("reason"),
            row.getLong("at_ms"));

    private final Jdbi jdbi;

    Suspense(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One settlement.
     *
     * @param total nano-USD
     */
    public record Parked(String exchange, String wallet, long total, String reason, long atMs) {}

    /** Parks a settlement; again: nothing changes. */
    public void park(Parked parked) {
        jdbi.useHandle(handle -> handle.execute(
                "INSERT INTO suspense (exchange, wallet, total, reason, at_ms) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT (exchange) DO NOTHING",
                parked.exchange,
                parked.wallet,
                parked.total,
                parked.reason,
                parked.atMs));
    }

    /** All of them. */
    public List<Parked> all() {
        return jdbi.withHandle(handle ->
                handle.select("SELECT * FROM suspense ORDER BY at_ms").map(ROW).list());
    }
}
