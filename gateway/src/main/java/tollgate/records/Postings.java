package tollgate.records;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Money that was asked to move: kept here first, booked in the wallet as often as it takes, and done when the ledger
 * has the entry of its id. Thread-safe.
 */
public final class Postings {
    private static final RowMapper<Posting> ROW = (row, context) -> new Posting(
            row.getString("entry"),
            row.getString("wallet"),
            row.getString("kind"),
            row.getLong("amount"),
            row.getInt("force") != 0,
            row.getString("reference"),
            row.getString("actor"),
            row.getLong("asked_ms"));

    private final Jdbi jdbi;

    Postings(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One posting.
     *
     * @param entry id of the ledger entry it becomes
     * @param kind {@code open}, {@code top_up}, {@code grant}, {@code refund} or {@code adjust}
     * @param amount signed nano-USD
     */
    public record Posting(
            String entry,
            String wallet,
            String kind,
            long amount,
            boolean force,
            String reference,
            String actor,
            long askedMs) {}

    /**
     * Keeps a posting.
     *
     * @return what is kept under the id: this, or an earlier one that may differ
     */
    public Posting keep(Posting posting) {
        return jdbi.inTransaction(handle -> {
            add(handle, posting);
            return handle.select("SELECT * FROM posting WHERE entry = ?", posting.entry())
                    .map(ROW)
                    .one();
        });
    }

    static void add(Handle handle, Posting posting) {
        handle.execute(
                "INSERT INTO posting (entry, wallet, kind, amount, force, reference, actor, asked_ms)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry) DO NOTHING",
                posting.entry,
                posting.wallet,
                posting.kind,
                posting.amount,
                posting.force ? 1 : 0,
                posting.reference,
                posting.actor,
                posting.askedMs);
    }

    /** Whether such a posting was asked for and not refused. */
    public boolean asked(String entry) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT 1 FROM posting WHERE entry = ? AND refused IS NULL", entry)
                        .mapTo(Integer.class)
                        .findOne()
                        .isPresent());
    }

    /** The wallet refused it, and always will; it is not sent again. */
    public void refused(String entry, String why) {
        jdbi.useHandle(handle -> handle.execute("UPDATE posting SET refused = ? WHERE entry = ?", why, entry));
    }

    /** Why the wallet refused it, if it did. */
    public Optional<String> refusal(String entry) {
        return jdbi.withHandle(
                handle -> handle.select("SELECT refused FROM posting WHERE entry = ? AND refused IS NOT NULL", entry)
                        .mapTo(String.class)
                        .findOne());
    }

    /** Those that the ledger does not have yet, in the order they were asked for. */
    public List<Posting> open() {
        return jdbi.withHandle(handle -> handle.select("SELECT p.* FROM posting p"
                        + " WHERE p.refused IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry l WHERE l.entry = p.entry)"
                        + " ORDER BY p.asked_ms, p.kind <> 'open'")
                .map(ROW)
                .list());
    }
}
