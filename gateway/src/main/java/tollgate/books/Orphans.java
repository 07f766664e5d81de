package tollgate.books;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import tollgate.journal.Journal;
import tollgate.journal.JournalEntry;
import tollgate.journal.Orphan;
import tollgate.journal.Reservation;
import tollgate.pricing.Usd;
import tollgate.records.Records;

/** Settles what was open when an earlier run died. Confined to the books' thread. */
final class Orphans {
    private final Journal journal;
    private final int loop;
    private final Records records;
    private final Replay replay;
    private final Usd maxOverrun;
    private final Clock clock;

    private Itemizer itemizer = Itemizer.NONE;
    private Consumer<Orphan> jobs = job -> {};

    /**
     * Of this journal.
     *
     * @param loop number of the journal's thread that is ours
     * @param maxOverrun how far a settlement may pass its hold without a person's word, where twice the hold is less
     */
    Orphans(Journal journal, int loop, Records records, Replay replay, Usd maxOverrun, Clock clock) {
        this.journal = journal;
        this.loop = loop;
        this.records = records;
        this.replay = replay;
        this.maxOverrun = maxOverrun;
        this.clock = clock;
    }

    /** Who explains the charges; to be told before they are settled. */
    void itemizing(Itemizer by) {
        itemizer = by;
    }

    /** Who keeps what had left of answers that are made in the background; to be told before they are settled. */
    void leavingJobs(Consumer<Orphan> to) {
        jobs = to;
    }

    /** What had left to the client is charged, the rest is not; what is absurd waits for a person (H39). */
    void settle() {
        List<JournalEntry> settled = new ArrayList<>();
        for (Orphan orphan : journal.orphans()) {
            if (orphan.left() && records.jobs().isOpen(orphan.facts().exchange())) {
                jobs.accept(orphan);
            }
            if (journal.find(orphan.facts().exchange()).isEmpty()
                    && records.exchanges().find(orphan.facts().exchange()).isEmpty()
                    // made in the background: it goes on without its exchange, and is settled when it is over
                    && !records.jobs().has(orphan.facts().exchange())) {
                JournalEntry entry = Recovered.settlement(orphan, itemizer, clock.instant());
                if (absurd(orphan)) {
                    // never in the journal, which would charge it: its slot stays until SQL has it
                    replay.park(entry, "DISPUTED: more than may be charged without a person's word");
                    records.exchanges().add(List.of(ExchangeRow.of(entry)));
                } else {
                    journalled(entry);
                    settled.add(entry);
                }
            }
        }
        journal.force();
        RecoveryStep.ORPHANS_JOURNALLED.taken();
        journal.orphansSettled();
        replay.settle(settled);
        RecoveryStep.ORPHANS_SETTLED.taken();
    }

    private void journalled(JournalEntry entry) {
        Reservation room = Objects.requireNonNull(
                journal.loop(loop).reserve(), "the journal has no room to settle what an earlier run left");
        room.settle(entry, () -> {});
        room.close();
    }

    private boolean absurd(Orphan orphan) {
        Usd held = orphan.facts().held();
        Usd twice = held.nano() > Usd.MAX_NANO / 2 ? new Usd(Usd.MAX_NANO) : held.plus(held);
        Usd most = twice.compareTo(maxOverrun) > 0 ? twice : maxOverrun;
        return orphan.left() && orphan.accrued().compareTo(most) > 0;
    }
}
