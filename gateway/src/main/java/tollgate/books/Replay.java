package tollgate.books;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.journal.Journal;
import tollgate.journal.JournalEntry;
import tollgate.journal.Orphan;
import tollgate.journal.Reservation;
import tollgate.pricing.Usd;
import tollgate.records.Ledger;
import tollgate.records.Records;
import tollgate.records.Suspense;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.SettleResult;

/**
 * Brings what the journal holds to its end: usage records into SQL, settlements to the wallet for as long as the ledger
 * does not have them, orphans to a settlement. Confined to the books' thread.
 */
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final int BATCH = 2_000;

    /** Begins the fingerprint of what was made final since its gateway never came back. */
    static final String UNSEEN = "unseen-";

    private final Journal journal;
    private final int loop;
    private final Records records;
    private final ControlPort control;
    private final Treasury treasury;
    private final Telemetry telemetry;
    private final Clock clock;
    /** Taken from the journal, not known to be in SQL: a failed attempt is made again. */
    private final List<JournalEntry> kept = new ArrayList<>();

    private Itemizer itemizer = Itemizer.NONE;

    /**
     * Works on this journal.
     *
     * @param loop number of the journal's thread that is ours
     */
    Replay(
            Journal journal,
            int loop,
            Records records,
            ControlPort control,
            Treasury treasury,
            Telemetry telemetry,
            Clock clock) {
        this.journal = journal;
        this.loop = loop;
        this.records = records;
        this.control = control;
        this.treasury = treasury;
        this.telemetry = telemetry;
        this.clock = clock;
    }

    /** Who explains the charges of orphans; to be told before they are settled. */
    void itemizing(Itemizer by) {
        itemizer = by;
    }

    /** Keeps the usage records of what was settled since the last call. */
    void keep() {
        do {
            kept.addAll(journal.fresh(BATCH));
            records.exchanges().add(kept.stream().map(ExchangeRow::of).toList());
            kept.clear();
        } while (journal.hasFresh());
    }

    /** SQL has these entries of one shard from us, at least one. */
    void booked(List<Ledger.Entry> entries) {
        heard(entries);
        List<String> exchanges = new ArrayList<>();
        List<String> postings = new ArrayList<>();
        for (Ledger.Entry entry : entries) {
            if (entry.exchange().isEmpty()) {
                postings.add(entry.entry());
            } else if (entry.entry().equals(entry.exchange())) {
                exchanges.add(entry.exchange());
            }
        }
        control.tick(entries.getFirst().shard(), exchanges, postings);
    }

    /** SQL has these: the journal's are not needed any more where they are their exchange's last word. */
    void heard(List<Ledger.Entry> entries) {
        // an entry is let go of only when SQL has its usage record too
        keep();
        for (Ledger.Entry entry : entries) {
            if (entry.entry().equals(entry.exchange())) {
                journal.find(entry.exchange()).ifPresent(mine -> retire(mine, entry));
            }
        }
    }

    private void retire(JournalEntry entry, Ledger.Entry booked) {
        if (booked.fingerprint().equals(entry.settle().fingerprint())) {
            giveBackIfUnseen(entry);
        } else {
            park(entry, "CONFLICT: the ledger has " + booked.fingerprint());
        }
        journal.retire(entry.exchange());
    }

    /** Tells the wallet again of settlements that are older than this and that the ledger does not have. */
    void settleOlderThan(long ms) {
        keep();
        journal.unretired(ms, this::settle);
    }

    private void settle(JournalEntry entry) {
        Optional<Ledger.Entry> booked = records.ledger().ofExchange(entry.exchange());
        if (booked.isPresent()) {
            control.tick(entry.settle().at().shard(), List.of(entry.exchange()), List.of());
            retire(entry, booked.get());
            return;
        }
        SettleResult result = control.settle(entry.settle());
        if (result instanceof SettleResult.NoHold) {
            // the record is gone: an hour after SQL had it, or with a Redis that lost its last second
            List<Ledger.Entry> entries = records.ledger().allOfExchange(entry.exchange());
            result = control.replay(entry.settle(), captured(entries), CapMoves.tokens(entries));
        }
        switch (result) {
            // retired when the drain has seen its entry
            case SettleResult.Settled _ -> {}
            case SettleResult.Rejected(String code, String detail) -> {
                park(entry, code + ": " + detail);
                journal.retire(entry.exchange());
            }
            case SettleResult.NoHold _, SettleResult.NotDue _, SettleResult.OtherCaps _, SettleResult.Unavailable _ ->
                LOG.info("settlement of {} waits: {}", entry.exchange(), result);
        }
    }

    private static Usd captured(List<Ledger.Entry> entries) {
        long captured = 0;
        for (Ledger.Entry entry : entries) {
            captured -= entry.amount();
        }
        return new Usd(captured);
    }

    /** Settled, but the process died before a byte left: the charge stands as written, and is given back. */
    private void giveBackIfUnseen(JournalEntry entry) {
        if (!journal.unseen(entry.exchange()) || entry.settle().total().nano() == 0) {
            return;
        }
        records.wallets()
                .find(entry.settle().at().wallet())
                .ifPresent(wallet -> treasury.order(
                        wallet,
                        "refund:" + entry.exchange(),
                        EntryKind.REFUND,
                        entry.settle().total(),
                        false,
                        entry.exchange(),
                        "gateway"));
    }

    private void park(JournalEntry entry, String why) {
        LOG.error(
                "settlement of {} at {} USD is refused for good, a person has to look: {}",
                entry.exchange(),
                entry.settle().total(),
                why);
        telemetry.count("tollgate_suspense_total", 1);
        records.suspense()
                .park(new Suspense.Parked(
                        entry.exchange(),
                        entry.settle().at().wallet(),
                        entry.settle().total().nano(),
                        why,
                        clock.millis()));
    }

    /** Settles what was open when an earlier run died: what had left to the client is charged, the rest is not. */
    void settleOrphans() {
        List<JournalEntry> settled = new ArrayList<>();
        for (Orphan orphan : journal.orphans()) {
            if (journal.find(orphan.facts().exchange()).isEmpty()
                    && records.exchanges().find(orphan.facts().exchange()).isEmpty()) {
                Reservation room = Objects.requireNonNull(
                        journal.loop(loop).reserve(), "the journal has no room to settle what an earlier run left");
                JournalEntry entry = Recovered.settlement(orphan, itemizer, clock.instant());
                room.settle(entry, () -> {});
                room.close();
                settled.add(entry);
            }
        }
        journal.force();
        journal.orphansSettled();
        settled.forEach(this::settle);
    }
}
