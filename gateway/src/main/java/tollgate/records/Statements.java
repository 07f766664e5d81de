package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * What stretches of a wallet's ledger come to, added up by the database: no query returns a row for each entry. A stretch goes
 * from behind one number to another, that one included: whatever is booked meanwhile changes nothing, and every entry is in one
 * day and month, also where a clock went back. Amounts are nano-USD. Thread-safe.
 */
public final class Statements {
    private static final String STRETCH = " e.wallet = ? AND e.seq > ? AND e.seq <= ?";

    /** Clocks do not go back further than that. */
    private static final long DAY_MS = 86_400_000;

    private final Jdbi jdbi;

    Statements(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * What entries of one kind come to.
     *
     * @param ofExchanges they are of exchanges
     */
    public record Kind(String kind, boolean ofExchanges, long count, long amount) {}

    /**
     * What exchanges of one model, project and key came to.
     *
     * @param model null: their usage records are not here
     * @param project null: the key has none
     * @param exchanges how many became final
     * @param amount negative where it was taken
     */
    public record Charged(
            @Nullable String model,
            @Nullable String project,
            @Nullable String key,
            long exchanges,
            long amount) {}

    /**
     * An exchange that was begun in one month and settled in another.
     *
     * @param amount of its entries within the stretch, or behind it
     */
    public record Straddler(String exchange, long begunMs, long settledMs, long amount) {}

    /** Straddlers in all, and the first of them. */
    public record Straddlers(long count, long amount, List<Straddler> some) {
        /** None. */
        public static final Straddlers NONE = new Straddlers(0, 0, List.of());

        /** Copies what could change. */
        public Straddlers {
            some = List.copyOf(some);
        }
    }

    /** The number of a wallet's last entry; 0: it has none. */
    public long last(String wallet) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT COALESCE(MAX(seq), 0) FROM ledger_entry WHERE wallet = ?", wallet)
                        .mapTo(Long.class)
                        .one());
    }

    /** The balance after an entry; 0 before the first one, empty where there is none of the number. */
    public Optional<Long> balance(String wallet, long seq) {
        return seq == 0
                ? Optional.of(0L)
                : jdbi.withHandle(handle -> handle.select(
                                "SELECT balance FROM ledger_entry WHERE wallet = ? AND seq = ?", wallet, seq)
                        .mapTo(Long.class)
                        .findOne());
    }

    /** The number of the last entry before a time, in milliseconds since 1970; 0: there is none. */
    public long before(String wallet, long ms) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT COALESCE(MAX(seq), 0) FROM ledger_entry WHERE wallet = ? AND at_ms < ? AND at_ms >="
                                + " (SELECT MAX(at_ms) FROM ledger_entry WHERE wallet = ? AND at_ms < ?) - ?",
                        wallet,
                        ms,
                        wallet,
                        ms,
                        DAY_MS)
                .mapTo(Long.class)
                .one());
    }

    /** How many entries a stretch has. */
    public long count(String wallet, long after, long to) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT COUNT(*) FROM ledger_entry e WHERE" + STRETCH, wallet, after, to)
                        .mapTo(Long.class)
                        .one());
    }

    /** What each kind of entry comes to. */
    public List<Kind> kinds(String wallet, long after, long to) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT e.kind, CASE WHEN e.exchange <> '' THEN 1 ELSE 0 END, COUNT(*),"
                                + " CAST(SUM(e.amount) AS BIGINT) FROM ledger_entry e WHERE"
                                + STRETCH + " GROUP BY 1, 2 ORDER BY 1, 2",
                        wallet,
                        after,
                        to)
                .map((row, context) -> new Kind(row.getString(1), row.getInt(2) != 0, row.getLong(3), row.getLong(4)))
                .list());
    }

    /** What exchanges came to, by model, project and key. */
    public List<Charged> charged(String wallet, long after, long to) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT x.model, k.project, x.api_key,"
                                + " COUNT(CASE WHEN e.entry = e.exchange THEN 1 END), CAST(SUM(e.amount) AS BIGINT)"
                                + " FROM ledger_entry e LEFT JOIN exchange x ON x.id = e.exchange"
                                + " LEFT JOIN api_key k ON k.id = x.api_key WHERE e.exchange <> '' AND"
                                + STRETCH + " GROUP BY 1, 2, 3",
                        wallet,
                        after,
                        to)
                .map((row, context) -> new Charged(
                        row.getString(1), row.getString(2), row.getString(3), row.getLong(4), row.getLong(5)))
                .list());
    }

    /**
     * An exchange with entries in a stretch whose entries, of whatever stretch, do not come to what its usage record says; none
     * whose settlement waits for a person, and none that ended lately, since its entries may be under way.
     */
    public Optional<Ledger.Difference> difference(String wallet, long after, long to, long endedBeforeMs) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT a.exchange, CAST(-SUM(a.amount) AS BIGINT), x.charge, MAX(a.at_ms) FROM ledger_entry a"
                                + " JOIN exchange x ON x.id = a.exchange WHERE x.finished_ms < ?"
                                + " AND a.exchange IN (SELECT e.exchange FROM ledger_entry e WHERE e.exchange <> '' AND"
                                + STRETCH + ") GROUP BY a.exchange, x.charge HAVING -SUM(a.amount) <> x.charge"
                                + " AND NOT EXISTS (SELECT 1 FROM suspense s WHERE s.exchange = a.exchange"
                                + " AND s.state <> 'settled') LIMIT 1",
                        endedBeforeMs,
                        wallet,
                        after,
                        to)
                .map((row, context) ->
                        new Ledger.Difference(row.getString(1), row.getLong(2), row.getLong(3), true, row.getLong(4)))
                .findOne());
    }

    /** Exchanges with entries in a stretch that were begun before a time. */
    public Straddlers begunBefore(String wallet, long after, long to, long fromMs, int most) {
        return straddlers(
                " FROM ledger_entry e JOIN exchange x ON x.id = e.exchange WHERE" + STRETCH + " AND x.started_ms < ?",
                most,
                wallet,
                after,
                to,
                fromMs);
    }

    /** Exchanges that were begun within a time and have entries behind a number. */
    public Straddlers settledBehind(String wallet, long number, long fromMs, long untilMs, int most) {
        return straddlers(
                " FROM exchange x JOIN ledger_entry e ON e.exchange = x.id WHERE x.wallet = ?"
                        + " AND x.started_ms >= ? AND x.started_ms < ? AND e.seq > ?",
                most,
                wallet,
                fromMs,
                untilMs,
                number);
    }

    private Straddlers straddlers(String which, int most, Object... arguments) {
        return jdbi.withHandle(handle -> {
            List<Straddler> some = handle.select(
                            "SELECT x.id, x.started_ms, MAX(e.at_ms), CAST(SUM(e.amount) AS BIGINT)" + which
                                    + " GROUP BY x.id, x.started_ms ORDER BY x.started_ms, x.id LIMIT " + most,
                            arguments)
                    .map((row, context) ->
                            new Straddler(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)))
                    .list();
            return handle.select(
                            "SELECT COUNT(DISTINCT x.id), CAST(COALESCE(SUM(e.amount), 0) AS BIGINT)" + which,
                            arguments)
                    .map((row, context) -> new Straddlers(row.getLong(1), row.getLong(2), some))
                    .one();
        });
    }
}
