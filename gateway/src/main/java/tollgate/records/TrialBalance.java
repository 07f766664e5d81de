package tollgate.records;

import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * What ledger entries come to, for all wallets together, added up by the database in one statement each, so that nothing is
 * booked in between. Amounts are nano-USD. Thread-safe.
 */
public final class TrialBalance {
    private static final String POSITIVE = "SUM(CASE WHEN e.balance > 0 THEN e.balance ELSE 0 END"
            + " - CASE WHEN e.balance - e.amount > 0 THEN e.balance - e.amount ELSE 0 END)";

    private final Jdbi jdbi;

    TrialBalance(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * What entries of one kind come to.
     *
     * @param live of real money
     * @param ofExchanges they are of exchanges
     * @param amount what they added to wallets
     * @param owed what of that is of balances above zero; the rest is of debts
     */
    public record Kind(boolean live, String kind, boolean ofExchanges, long count, long amount, long owed) {}

    /**
     * Balances of all wallets.
     *
     * @param paid what of them is above zero, together
     * @param debts what of them is below zero, together
     * @param moved the sum of all entries
     * @param owed what of that is of balances above zero, by each entry's own balance
     */
    public record Balances(boolean live, long paid, long debts, long moved, long owed) {}

    /** Entries of a time, from the first millisecond on and before the second, by kind. */
    public List<Kind> kinds(long fromMs, long untilMs) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT w.live, e.kind, CASE WHEN e.exchange <> '' THEN 1 ELSE 0 END, COUNT(*),"
                                + " CAST(SUM(e.amount) AS BIGINT), CAST(" + POSITIVE + " AS BIGINT)"
                                + " FROM ledger_entry e JOIN wallet w ON w.id = e.wallet"
                                + " WHERE e.at_ms >= ? AND e.at_ms < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                        fromMs,
                        untilMs)
                .map((row, context) -> new Kind(
                        row.getInt(1) != 0,
                        row.getString(2),
                        row.getInt(3) != 0,
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6)))
                .list());
    }

    /** What the last entry of each wallet says that is in it, and what all entries come to. */
    public List<Balances> balances() {
        return jdbi.withHandle(handle -> handle.select("SELECT w.live,"
                        + " CAST(SUM(CASE WHEN e.seq = m.last AND e.balance > 0 THEN e.balance ELSE 0 END) AS BIGINT),"
                        + " CAST(SUM(CASE WHEN e.seq = m.last AND e.balance < 0 THEN e.balance ELSE 0 END) AS BIGINT),"
                        + " CAST(SUM(e.amount) AS BIGINT), CAST(" + POSITIVE + " AS BIGINT) FROM ledger_entry e"
                        + " JOIN (SELECT wallet, MAX(seq) AS last FROM ledger_entry GROUP BY wallet) m"
                        + " ON m.wallet = e.wallet JOIN wallet w ON w.id = e.wallet GROUP BY 1 ORDER BY 1")
                .map((row, context) -> new Balances(
                        row.getInt(1) != 0, row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)))
                .list());
    }
}
