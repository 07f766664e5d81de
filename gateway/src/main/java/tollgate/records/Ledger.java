package tollgate.records;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** Ledger entries, as they were drained from Redis. Thread-safe. */
public final class Ledger {
    static final RowMapper<Entry> ROW = (row, context) -> new Entry(
            row.getString("entry"),
            row.getString("wallet"),
            row.getLong("seq"),
            row.getInt("shard"),
            row.getLong("n"),
            row.getLong("epoch"),
            row.getString("kind"),
            row.getString("exchange"),
            row.getLong("amount"),
            row.getLong("balance"),
            row.getLong("shortfall"),
            row.getLong("at_ms"),
            row.getString("fingerprint"),
            row.getInt("estimated") != 0,
            row.getLong("froze"),
            row.getString("caps"),
            row.getString("reference"),
            row.getString("actor"));

    private final Jdbi jdbi;

    Ledger(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One entry.
     *
     * @param entry its identity
     * @param seq number in the wallet's ledger, dense from 1
     * @param n number in the shard, dense from 1
     * @param amount signed nano-USD
     * @param balance after it, nano-USD
     * @param froze the version of the wallet's state that froze it; 0 for none
     * @param caps what each cap's counter moved by: {@code cap:subject,unit,start,moved;…}, and each
     *     grant: {@code id,g,expires,moved,priority}
     * @param shortfall how far below zero the balance is after it, nano-USD
     */
    public record Entry(
            String entry,
            String wallet,
            long seq,
            int shard,
            long n,
            long epoch,
            String kind,
            String exchange,
            long amount,
            long balance,
            long shortfall,
            long atMs,
            String fingerprint,
            boolean estimated,
            long froze,
            String caps,
            String reference,
            String actor) {}

    /** What came of a commit. */
    public sealed interface Commit {
        /** The rows and the position are kept. */
        record Done() implements Commit {}

        /** The shard's lease is somebody else's, or it moved to another epoch; nothing is kept. */
        record LostLease() implements Commit {}

        /** A wallet's number, or an entry's name, is taken by another entry: two histories. Nothing is kept. */
        record Fork(String wallet, long seq, String ours, String theirs) implements Commit {}

        /** The shard's numbers do not follow those that are kept: entries are missing. Nothing is kept. */
        record Gap(long n, long expected) implements Commit {}
    }

    /**
     * Keeps entries and the position in the stream behind them, all or none.
     *
     * @param entries in the order of the shard's numbers
     * @param streamId of the last of them
     */
    public Commit commit(int shard, String leaseOwner, List<Entry> entries, String streamId) {
        return jdbi.inTransaction(handle -> {
            Optional<Long> known = handle.select(
                            "SELECT n FROM shard WHERE shard = ? AND lease_owner = ?", shard, leaseOwner)
                    .mapTo(Long.class)
                    .findOne();
            if (known.isEmpty()) {
                return new Commit.LostLease();
            }
            long n = known.get();
            List<Entry> fresh =
                    entries.stream().filter(entry -> entry.n > known.get()).toList();
            for (Entry entry : fresh) {
                if (entry.n != ++n) {
                    handle.rollback();
                    return new Commit.Gap(entry.n, n);
                }
            }
            try {
                insert(handle, fresh);
            } catch (UnableToExecuteStatementException taken) {
                // a number of a wallet, most likely: which, is told outside of what failed
                handle.rollback();
                return fork(handle, fresh).orElseThrow(() -> taken);
            }
            int moved = handle.execute(
                    "UPDATE shard SET n = ?, stream_id = ? WHERE shard = ? AND lease_owner = ? AND n = ?",
                    n,
                    streamId,
                    shard,
                    leaseOwner,
                    known.get());
            if (moved != 1) {
                handle.rollback();
                return new Commit.LostLease();
            }
            return new Commit.Done();
        });
    }

    private static Optional<Commit> fork(Handle handle, List<Entry> entries) {
        for (Entry entry : entries) {
            Optional<Entry> other = handle.select(
                            "SELECT * FROM ledger_entry WHERE (wallet = ? AND seq = ?) OR entry = ? ORDER BY n",
                            entry.wallet,
                            entry.seq,
                            entry.entry)
                    .map(ROW)
                    .findFirst();
            if (other.isPresent()) {
                return Optional.of(new Commit.Fork(entry.wallet, entry.seq, other.get().entry, entry.entry));
            }
        }
        return Optional.empty();
    }

    private static void insert(Handle handle, List<Entry> entries) {
        Rows.insert(
                handle,
                "INSERT INTO ledger_entry (entry, wallet, seq, shard, n, epoch, kind, exchange, amount, balance, shortfall,"
                        + " at_ms, fingerprint, estimated, froze, caps, reference, actor)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entries,
                (row, entry) -> row.add(entry.entry)
                        .add(entry.wallet)
                        .add(entry.seq)
                        .add(entry.shard)
                        .add(entry.n)
                        .add(entry.epoch)
                        .add(entry.kind)
                        .add(entry.exchange)
                        .add(entry.amount)
                        .add(entry.balance)
                        .add(entry.shortfall)
                        .add(entry.atMs)
                        .add(entry.fingerprint)
                        .add(entry.estimated)
                        .add(entry.froze)
                        .add(entry.caps)
                        .add(entry.reference)
                        .add(entry.actor));
        Grants.moved(handle, entries);
        entries.stream()
                .filter(entry -> entry.froze > 0)
                .forEach(entry -> handle.execute(
                        "UPDATE wallet SET state = 'frozen', version = ? WHERE id = ? AND version = ?",
                        entry.froze,
                        entry.wallet,
                        entry.froze - 1));
        entries.stream()
                .filter(entry -> entry.fingerprint.equals(Suspense.FINGERPRINT))
                .forEach(entry ->
                        handle.execute("UPDATE suspense SET state = 'settled' WHERE exchange = ?", entry.exchange));
    }

    /** The final entry of an exchange. */
    public Optional<Entry> ofExchange(String exchange) {
        return find(exchange);
    }

    /** An entry by id. */
    public Optional<Entry> find(String entry) {
        return jdbi.withHandle(handle -> handle.select("SELECT * FROM ledger_entry WHERE entry = ?", entry)
                .map(ROW)
                .findOne());
    }

    /** All entries of these exchanges, at most some hundreds, in order. */
    public Map<String, List<Entry>> allOfExchanges(List<String> exchanges) {
        if (exchanges.isEmpty()) {
            return Map.of();
        }
        return jdbi.withHandle(handle -> handle
                .createQuery("SELECT * FROM ledger_entry WHERE exchange IN (<exchanges>) ORDER BY shard, n")
                .bindList("exchanges", exchanges)
                .map(ROW)
                .stream()
                .collect(Collectors.groupingBy(Entry::exchange)));
    }

    /** All entries of an exchange. */
    public List<Entry> allOfExchange(String exchange) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT * FROM ledger_entry WHERE exchange = ? ORDER BY n", exchange)
                        .map(ROW)
                        .list());
    }

    /** Entries of a shard after a number and older than a time, in order. */
    public List<Entry> ofShard(int shard, long afterN, long beforeMs, int most) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM ledger_entry WHERE shard = ? AND n > ? AND at_ms < ? ORDER BY n LIMIT ?",
                        shard,
                        afterN,
                        beforeMs,
                        most)
                .map(ROW)
                .list());
    }

    /**
     * An exchange whose ledger entries and usage record say different things.
     *
     * @param taken what its entries took from the wallet, nano-USD
     * @param charge what its record says, nano-USD; null where there is no record
     * @param settled it has its final entry
     * @param atMs when the last of either was written
     */
    public record Difference(
            String exchange, long taken, @Nullable Long charge, boolean settled, long atMs) {}

    /** The exchanges of a wallet whose entries do not come to what their records say, but for those of which a person has the last word. */
    public List<Difference> differences(String wallet) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT t.exchange, t.taken, x.charge, t.final, t.at_ms FROM (SELECT exchange, -SUM(amount) AS taken,"
                                + " MAX(CASE WHEN entry = exchange THEN 1 ELSE 0 END) AS final, MAX(at_ms) AS at_ms"
                                + " FROM ledger_entry WHERE wallet = ? AND exchange <> '' GROUP BY exchange) t"
                                + " LEFT JOIN exchange x ON x.id = t.exchange"
                                + " WHERE (x.charge IS NULL OR x.charge <> t.taken)"
                                + " AND NOT EXISTS (SELECT 1 FROM suspense s"
                                + " WHERE s.exchange = t.exchange AND s.state <> 'settled')"
                                + " UNION ALL SELECT x.id, 0, x.charge, 0, x.finished_ms FROM exchange x"
                                + " WHERE x.wallet = ? AND x.charge <> 0"
                                + " AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.exchange = x.id)"
                                + " AND NOT EXISTS (SELECT 1 FROM suspense s"
                                + " WHERE s.exchange = x.id AND s.state <> 'settled')",
                        wallet,
                        wallet)
                .map((row, context) -> new Difference(
                        row.getString(1),
                        row.getLong(2),
                        row.getString(3) == null ? null : Long.valueOf(row.getLong(3)),
                        row.getInt(4) != 0,
                        row.getLong(5)))
                .list());
    }

    /** How many entries of a shard are kept with numbers from 1 to this one. */
    public long count(int shard, long lastN) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT COUNT(*) FROM ledger_entry WHERE shard = ? AND n BETWEEN 1 AND ?", shard, lastN)
                .mapTo(Long.class)
                .one());
    }

    /** What a wallet paid for exchanges whose usage record is not here, in nano-USD. */
    public long unrecorded(String wallet) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT COALESCE(SUM(-amount), 0) FROM ledger_entry WHERE wallet = ? AND exchange <> ''"
                                + " AND NOT EXISTS (SELECT 1 FROM exchange WHERE exchange.id = ledger_entry.exchange)",
                        wallet)
                .mapTo(Long.class)
                .one());
    }

    /** Expiries from before a time whose exchange has no final entry, at most so many. */
    public List<Entry> expired(long beforeMs, int most) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM ledger_entry e WHERE e.kind = 'expiry' AND e.at_ms < ?"
                                + " AND NOT EXISTS (SELECT 1 FROM ledger_entry f WHERE f.entry = e.exchange)"
                                + " ORDER BY e.at_ms LIMIT ?",
                        beforeMs,
                        most)
                .map(ROW)
                .list());
    }

    /** The entries of a kind that a move made in a shard, behind a number, in order. */
    public List<Entry> ofMove(int shard, long afterN, String kind, String reference) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM ledger_entry WHERE shard = ? AND n > ? AND kind = ? AND reference = ? ORDER BY n",
                        shard,
                        afterN,
                        kind,
                        reference)
                .map(ROW)
                .list());
    }

    /** The last entry of a wallet. */
    public Optional<Entry> lastOf(String wallet) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT * FROM ledger_entry WHERE wallet = ? ORDER BY seq DESC LIMIT 1", wallet)
                        .map(ROW)
                        .findOne());
    }

    /** Expiries of a wallet up to a number of its ledger whose exchange was not final by then. */
    public List<Entry> expiredOf(String wallet, long seq) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM ledger_entry e WHERE e.wallet = ? AND e.seq <= ? AND e.kind = 'expiry'"
                                + " AND NOT EXISTS (SELECT 1 FROM ledger_entry f WHERE f.entry = e.exchange AND f.seq <= ?)"
                                + " ORDER BY e.seq",
                        wallet,
                        seq,
                        seq)
                .map(ROW)
                .list());
    }

    /** Entries of a shard after a number that moved counters of caps, in order. */
    public List<Entry> capped(int shard, long afterN, int most) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM ledger_entry WHERE shard = ? AND n > ? AND caps <> '' ORDER BY n LIMIT ?",
                        shard,
                        afterN,
                        most)
                .map(ROW)
                .list());
    }

    /** Entries of a wallet after a number, in order. */
    public List<Entry> ofWallet(String wallet, long afterSeq, int most) {
        return jdbi.withHandle(handle -> handle.select(
                        "SELECT * FROM ledger_entry WHERE wallet = ? AND seq > ? ORDER BY seq LIMIT ?",
                        wallet,
                        afterSeq,
                        most)
                .map(ROW)
                .list());
    }
}
