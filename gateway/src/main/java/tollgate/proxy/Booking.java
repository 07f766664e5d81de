package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.JournalEntry;
import tollgate.journal.Reservation;
import tollgate.metering.HoldEvent;
import tollgate.metering.Meter;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.wallet.Admission;
import tollgate.wallet.SettleResult;

/**
 * The room of an exchange in the journal: what it has come to while it runs, then its settlement, which is journalled
 * before the wallet hears of it.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 */
final class Booking {
    /** What came of a settlement; may be told more than once. */
    interface Outcome {
        /** The wallet has booked it, has refused it, or nobody can say yet; with the balance after it where it is known. */
        void on(HoldEvent event, @Nullable Usd balance);
    }

    private final Reservation room;
    private final Admission admission;
    private final EventLoop loop;
    private @Nullable Future<?> patience;
    private int reports;
    private boolean begun;
    private boolean journalled;

    Booking(Reservation room, Admission admission, EventLoop loop) {
        this.room = room;
        this.admission = admission;
        this.loop = loop;
    }

    /** The hold is placed: should the process die, the exchange is settled from here. */
    void open(ExchangeFacts facts) {
        room.open(facts);
    }

    /** More is set aside by now. */
    void holds(Usd now) {
        room.holds(now.nano());
    }

    /** Bytes of the answer were handed to the client's connection. */
    void relayed(AnswerFacts answer, Meter counting) {
        room.accrued(counting.owed(answer).nano());
        room.counted(counting.inputTokens(), counting.outputTokens());
        Usage usage = answer.usage();
        if (usage != null && answer.usageReports() != reports && !answer.inputUntold() && !answer.outputUntold()) {
            reports = answer.usageReports();
            room.reported(Records.units(usage));
        }
    }

    /**
     * The answer is handed to the client's connection next. The mark comes before the write, not once the socket took it: that
     * there is none has to prove that the client has nothing, or a process killed in between would give back an answer that
     * is there. Once it is settled, a dead process owes nothing for it.
     */
    void left(Timings timings) {
        if (!journalled) {
            room.timed(timings.asMap());
        }
        room.left();
        begun = true;
        if (journalled) {
            close();
        }
    }

    /**
     * Journals a settlement, then tells the wallet.
     *
     * @param wait how long somebody waits for the wallet once it is journalled; null where nobody does
     * @param over nobody waits for the exchange any more
     */
    void settle(JournalEntry entry, @Nullable Duration wait, boolean over, Outcome outcome) {
        room.settle(entry, () -> tellWallet(entry, wait, outcome));
        journalled = true;
        if (over || begun) {
            close();
        }
    }

    /** The settlement is as safe as it is to be before anybody hears of it: only now the last byte's waiting begins. */
    private void tellWallet(JournalEntry entry, @Nullable Duration wait, Outcome outcome) {
        if (wait != null) {
            patience = loop.schedule(
                    () -> outcome.on(HoldEvent.SETTLE_UNKNOWN, null), wait.toMillis(), TimeUnit.MILLISECONDS);
        }
        admission.settle(entry.settle(), result -> settled(result, outcome));
    }

    private void settled(SettleResult result, Outcome outcome) {
        if (patience != null) {
            patience.cancel(false);
        }
        switch (result) {
            case SettleResult.Settled booked -> outcome.on(HoldEvent.SETTLED, booked.balance());
            case SettleResult.Rejected _ -> outcome.on(HoldEvent.SETTLE_REFUSED, null);
            case SettleResult.NoHold _, SettleResult.NotDue _, SettleResult.OtherCaps _, SettleResult.Unavailable _ ->
                outcome.on(HoldEvent.SETTLE_UNKNOWN, null);
        }
    }

    /** A dead process would leave nothing to be made good. Again: nothing happens. */
    void close() {
        room.close();
    }
}
