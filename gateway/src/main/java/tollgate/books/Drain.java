package tollgate.books;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Shards;
import tollgate.wallet.ControlPort;
import tollgate.wallet.LedgerEntry;

/**
 * Moves ledger entries from Redis to SQL, rows and position in one transaction. Confined to the books' thread.
 *
 * <p>Takes only entries that have ripened, so that SQL is not ahead of Redis's own disk.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final int BATCH = 500;
    private static final long KEPT_BEHIND_MS = 600_000;

    private final Records records;
    private final ControlPort control;
    private final String owner;
    private final Ripening ripening;
    private final Consumer<List<Ledger.Entry>> booked;

    /** Drains as this owner of leases; {@code booked} is told of the entries that SQL has now. */
    Drain(Records records, ControlPort control, String owner, Ripening ripening, Consumer<List<Ledger.Entry>> booked) {
        this.records = records;
        this.control = control;
        this.owner = owner;
        this.ripening = ripening;
        this.booked = booked;
    }

    /** What came of a drain. */
    enum Result {
        /** Everything that may be taken is. */
        DONE,
        /** What there is is too young to be taken. */
        WAITING,
        /** Somebody else drains this shard. */
        NOT_OURS,
        /** The histories differ: a person has to look. */
        BROKEN
    }

    /**
     * Takes what there is.
     *
     * @param toTheEnd the newest entries too
     */
    Result drain(int shard, boolean toTheEnd) {
        Shards.Shard known = records.shards().get(shard);
        String position = known.streamId();
        if (!toTheEnd) {
            control.shard(shard).ifPresent(now -> ripening.seen(shard, now.epoch(), now.n()));
        }
        while (true) {
            List<Ledger.Entry> rows = new ArrayList<>();
            String last = position;
            boolean more = false;
            boolean young = false;
            for (LedgerEntry entry : control.entries(shard, position, BATCH)) {
                if (!toTheEnd && !ripening.ripe(shard, entry.epoch(), entry.n())) {
                    young = true;
                    break;
                }
                rows.add(row(shard, entry));
                last = entry.streamId();
                more = rows.size() == BATCH;
            }
            if (rows.isEmpty()) {
                return young ? Result.WAITING : Result.DONE;
            }
            rows.stream()
                    .filter(entry -> entry.froze() > 0)
                    .forEach(entry -> LOG.error(
                            "wallet {} froze: exchange {} overran what it may", entry.wallet(), entry.exchange()));
            switch (records.ledger().commit(shard, owner, rows, last)) {
                case Ledger.Commit.Done() -> position = last;
                case Ledger.Commit.LostLease() -> {
                    return Result.NOT_OURS;
                }
                case Ledger.Commit.Fork(String wallet, long seq, String ours, String theirs) -> {
                    LOG.error(
                            "shard {}: wallet {} entry {} is {} here and {} in Redis",
                            shard,
                            wallet,
                            seq,
                            ours,
                            theirs);
                    return Result.BROKEN;
                }
                case Ledger.Commit.Gap(long n, long expected) -> {
                    LOG.error("shard {}: entry {} follows, {} was expected: entries are missing", shard, n, expected);
                    return Result.BROKEN;
                }
            }
            booked.accept(rows);
            trim(shard, last);
            if (!more) {
                return Result.DONE;
            }
        }
    }

    /** Keeps ten minutes of what SQL has: it may be set back to a copy that does not have them (H45). */
    private void trim(int shard, String position) {
        long ms = Long.parseLong(position.substring(0, position.indexOf('-'))) - KEPT_BEHIND_MS;
        if (ms > 0) {
            control.trim(shard, Long.toString(ms));
        }
    }

    private static Ledger.Entry row(int shard, LedgerEntry entry) {
        return new Ledger.Entry(
                entry.entry(),
                entry.wallet(),
                entry.seq(),
                shard,
                entry.n(),
                entry.epoch(),
                entry.kind(),
                entry.exchange(),
                entry.amount().nano(),
                entry.balance().nano(),
                entry.shortfall().nano(),
                entry.ms(),
                entry.fingerprint(),
                entry.estimated(),
                entry.froze(),
                entry.caps(),
                entry.reference(),
                entry.actor());
    }
}
