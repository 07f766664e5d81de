package tollgate.proxy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.JournalEntry;
import tollgate.journal.Reservation;
import tollgate.journal.UsageRecord;
import tollgate.metering.Ending;
import tollgate.metering.HoldEvent;
import tollgate.metering.HoldMode;
import tollgate.metering.HoldPlan;
import tollgate.metering.Observed;
import tollgate.metering.Settlement;

/** The end of a job: journalled, then told to the wallet, as that of any exchange. Confined to its event loop. */
final class JobSettlement {
    private final ProxyLoop loop;
    private final ProxyContext context;
    private final Reservation room;

    private JobSettlement(ProxyLoop loop, ProxyContext context, Reservation room) {
        this.loop = loop;
        this.context = context;
        this.room = room;
    }

    /** With room in the journal; null where there is none right now. */
    static @Nullable JobSettlement reserved(ProxyLoop loop, ProxyContext context) {
        Reservation room = loop.journal().reserve();
        return room == null ? null : new JobSettlement(loop, context, room);
    }

    /** Nothing is to be settled after all. */
    void cancel() {
        room.close();
    }

    /**
     * Settles.
     *
     * @param then is told whether the wallet has said that it has it; more than once, perhaps
     */
    void settle(
            ExchangeFacts facts,
            HoldPlan plan,
            Ending how,
            Observed observed,
            @Nullable AnswerFacts answer,
            @Nullable String detail,
            Consumer<Boolean> then) {
        Settlement settled = context.whoPays().settle(plan, facts.held(), how, observed);
        Timings timings = new Timings(System.nanoTime()
                - Duration.between(facts.started(), context.clock().instant()).toNanos());
        timings.mark("total");
        UsageRecord record = Records.usage(
                facts,
                settled,
                answer,
                List.of(new UsageRecord.Attempt(
                        1, facts.upstream(), false, 200, null, settled.cost(), settled.estimated())),
                200,
                detail,
                timings,
                context.clock().instant());
        new Booking(room, loop.admission(), loop.loop())
                .settle(
                        new JournalEntry(Records.settle(record), record),
                        null,
                        true,
                        (event, balance) -> then.accept(event != HoldEvent.SETTLE_UNKNOWN));
        // what was paid for otherwise says nothing of what such requests cost
        if (context.holds().mode() == HoldMode.TYPICAL
                && plan.bundle() == null
                && plan.paidFor().tokens() == 0) {
            context.typical().saw(plan, settled);
        }
        context.telemetry().count("tollgate_jobs_total", 1, "ended", record.ended());
        Metered.answered(context.telemetry(), plan.terms(), settled.rates(), answer);
        Metered.settled(context.telemetry(), record);
        loop.accessLog().settled(record);
    }
}
