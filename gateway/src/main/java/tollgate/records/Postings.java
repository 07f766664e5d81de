package tollgate.records;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
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
            row.getLong("asked_ms"),
            row.getString("grants"),
            row.getString("exchange"),
            row.getString("bundle"));

    private final Jdbi jdbi;

    Postings(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * One posting.
     *
     * @param entry id of the ledger entry it becomes
     * @param kind what the ledger calls it
     * @param amount signed nano-USD
     * @param grants of a grant its own terms, of a refund the grants that it goes back to:
     *     {@code id,expires,priority,amount;…}; else empty
     * @param exchange of a refund, what it is of; else empty
     * @param bundle of a refund that gives tokens back to a bundle, which and how many; else empty
     */
    public record Posting(
            String entry,
            String wallet,
            String kind,
            long amount,
            boolean force,
            String reference,
            String actor,
            long askedMs,
            String grants,
            String exchange,
            String bundle) {
        /** Of no bundle. */
        public Posting(
                String entry,
                String wallet,
                String kind,
                long amount,
                boolean force,
                String reference,
                String actor,
                long askedMs,
                String grants,
                String exchange) {
            this(entry, wallet, kind, amount, force, reference, actor, askedMs, grants, exchange, "");
        }

        /** Of no grant and no exchange. */
        public Posting(
                String entry,
                String wallet,
                String kind,
                long amount,
                boolean force,
                String reference,
                String actor,
                long askedMs) {
            this(entry, wallet, kind, amount, force, reference, actor, askedMs, "", "");
        }
    }

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

    static Optional<Posting> find(Handle handle, String entry) {
        return handle.select("SELECT * FROM posting WHERE entry = ?", entry)
                .map(ROW)
                .findOne();
    }

    static void add(Handle handle, Posting posting) {
        handle.execute(
                "INSERT INTO posting (entry, wallet, kind, amount, force, reference, actor, asked_ms,"
                        + " grants, exchange, bundle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry) DO NOTHING",
                posting.entry,
                posting.wallet,
                posting.kind,
                posting.amount,
                posting.force ? 1 : 0,
                posting.reference,
                posting.actor,
                posting.askedMs,
                posting.grants,
                posting.exchange,
                posting.bundle);
    }

    /** What comes of wanting to refund. */
    public sealed interface Refund {
        /** Kept, now or before: this, or an earlier one of the id that may differ. */
        record Kept(Posting posting) implements Refund {}

        /** The exchange has no final entry yet. */
        record NotFinal() implements Refund {}

        /** A settlement of the exchange waits for a person, who may decide on less. */
        record Suspended() implements Refund {}

        /** More than is left of what was taken, in nano-USD. */
        record TooMuch(long left) implements Refund {}
    }

    /**
     * Keeps a refund, where it and those before come to no more than was taken for the exchange. One at a time.
     *
     * @param wanted whose {@code grants} and {@code bundle} are empty
     * @param grants what it gives back to grants, by the exchange's entries and the refunds before it
     * @param bundle the same of a bundle of tokens; a refund of nothing else is too much where that is empty
     */
    public Refund keepRefund(
            Posting wanted,
            BiFunction<List<Ledger.Entry>, List<Posting>, String> grants,
            BiFunction<List<Ledger.Entry>, List<Posting>, String> bundle) {
        return jdbi.inTransaction(handle -> {
            // whoever refunds the same exchange waits here
            int settled = handle.execute(
                    "UPDATE ledger_entry SET amount = amount WHERE entry = ? AND wallet = ?",
                    wanted.exchange,
                    wanted.wallet);
            if (settled != 1) {
                return new Refund.NotFinal();
            }
            Optional<Posting> same = handle.select("SELECT * FROM posting WHERE entry = ?", wanted.entry)
                    .map(ROW)
                    .findOne();
            if (same.isPresent()) {
                return new Refund.Kept(same.get());
            }
            boolean suspended = handle.select(
                                    "SELECT COUNT(*) FROM suspense WHERE exchange = ? AND state IN (?, ?)",
                                    wanted.exchange,
                                    Suspense.PARKED,
                                    Suspense.SETTLING)
                            .mapTo(Long.class)
                            .one()
                    > 0;
            if (suspended) {
                return new Refund.Suspended();
            }
            List<Ledger.Entry> entries = handle.select(
                            "SELECT * FROM ledger_entry WHERE exchange = ? ORDER BY n", wanted.exchange)
                    .map(Ledger.ROW)
                    .list();
            List<Posting> before = handle.select(
                            "SELECT * FROM posting WHERE exchange = ? AND kind = 'refund' AND refused IS NULL"
                                    + " ORDER BY asked_ms",
                            wanted.exchange)
                    .map(ROW)
                    .list();
            long left = -entries.stream().mapToLong(Ledger.Entry::amount).sum()
                    - before.stream().mapToLong(Posting::amount).sum();
            String tokens = bundle.apply(entries, before);
            if (wanted.amount > left || (wanted.amount == 0 && tokens.isEmpty())) {
                return new Refund.TooMuch(left);
            }
            Posting posting = new Posting(
                    wanted.entry,
                    wanted.wallet,
                    wanted.kind,
                    wanted.amount,
                    wanted.force,
                    wanted.reference,
                    wanted.actor,
                    wanted.askedMs,
                    grants.apply(entries, before),
                    wanted.exchange,
                    tokens);
            add(handle, posting);
            return new Refund.Kept(posting);
        });
    }

    /** Whether anything of an exchange was refunded, or is to be. */
    public boolean refunded(String exchange) {
        return jdbi.withHandle(handle -> handle.select(
                                "SELECT COUNT(*) FROM posting WHERE exchange = ? AND kind = 'refund' AND refused IS NULL",
                                exchange)
                        .mapTo(Long.class)
                        .one())
                > 0;
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
