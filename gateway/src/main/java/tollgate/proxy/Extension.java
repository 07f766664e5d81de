package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import tollgate.dialect.AnswerFacts;
import tollgate.metering.Ending;
import tollgate.metering.HoldEvent;
import tollgate.metering.Tranches;
import tollgate.pricing.Usd;
import tollgate.wallet.Admission;
import tollgate.wallet.Extend;
import tollgate.wallet.ExtendResult;
import tollgate.wallet.HeldCaps;

/**
 * Sets more aside for an answer while it comes, tranche by tranche and ahead of need. Where wallet or caps have no more, what
 * is held already is still used; then the exchange is ended. Where others hold what is missing, not at once: of many answers
 * that wait for each other's money some end first, each after a time of its own, and the rest go on with theirs.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Errors</h2> Without a reply it asks again; an answer that waits for one for ten seconds is ended.
 */
final class Extension {
    private static final long RETRY_MS = 100;

    /** Of the golden ratio: multiples of it are spread evenly. */
    private static final long GOLDEN = 0x9e37_79b1L;

    /** Answers that wait for what others hold are ended within so long. */
    private static final int SPREAD_MS = 2_048;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Exchange exchange;
    private final Admission admission;
    private final EventLoop loop;
    private final Tranches tranches;
    private final Runnable readOn;
    private boolean asking;
    private long refusedSince;
    private boolean waiting;
    private boolean waited;
    private boolean all;
    private boolean refreshed;
    private long failingSince;

    /**
     * Of an exchange that is about to be forwarded.
     *
     * @param tranches what is held of it
     * @param readOn runs when more is held
     */
    Extension(Exchange exchange, Admission admission, EventLoop loop, Tranches tranches, Runnable readOn) {
        this.exchange = exchange;
        this.admission = admission;
        this.loop = loop;
        this.tranches = tranches;
        this.readOn = readOn;
    }

    /** The answer is one document: none of it can be watched as it comes, so all that it can come to has to be held. */
    void wantAll() {
        all = true;
    }

    /** How many bytes more of the answer may be read; none: something is done about it. */
    long room(AnswerFacts facts) {
        return all && !tranches.whole() ? 0 : tranches.room(facts);
    }

    /** The answer has been read so far, or can be read no farther. */
    void seen(AnswerFacts facts) {
        waiting = room(facts) <= 0;
        if (!asking && !facts.complete() && (waiting || (refusedSince == 0 && tranches.due(facts)))) {
            ask(facts);
        }
    }

    private void ask(AnswerFacts facts) {
        asking = true;
        int generation = exchange.generation();
        long least = all ? tranches.all() : tranches.least(facts);
        long wanted = all ? tranches.all() : tranches.wanted(facts);
        admission.extend(
                new Extend(
                        exchange.renewal(),
                        tranches.hold(least),
                        tranches.hold(wanted),
                        exchange.caps().increase(tranches.tokens(least), tranches.tokens(wanted))),
                result -> answered(generation, result, facts));
    }

    private void answered(int generation, ExtendResult result, AnswerFacts facts) {
        if (exchange.hasEnded()) {
            return;
        }
        if (generation != exchange.generation()) {
            // the hold was placed again in between: this says nothing of that one
            askLater(facts);
            return;
        }
        switch (result) {
            case ExtendResult.Extended extended -> more(extended, facts);
            case ExtendResult.NoHold _ -> {
                exchange.on(HoldEvent.HOLD_MISSING);
                askLater(facts);
            }
            case ExtendResult.Over _, ExtendResult.Rejected _ -> exchange.on(HoldEvent.HOLD_OVER);
            case ExtendResult.StaleCap _
            when !refreshed -> {
                refreshed = true;
                exchange.lookUpCaps(() -> askNow(facts));
            }
            case ExtendResult.GrantDue _ -> exchange.expireGrants(() -> unanswered(facts));
            case ExtendResult.InsufficientFunds(Usd _, Usd held) ->
                noMore(result, held.compareTo(exchange.held()) > 0, facts);
            case ExtendResult.CapReached _ -> noMore(result, true, facts);
            case ExtendResult.StaleCap _, ExtendResult.WalletNotActive _ -> noMore(result, false, facts);
            case ExtendResult.Unavailable _ -> unanswered(facts);
        }
    }

    private void more(ExtendResult.Extended extended, AnswerFacts facts) {
        asking = false;
        refusedSince = 0;
        waited = false;
        refreshed = false;
        failingSince = 0;
        boolean capped = !extended.caps().equals(HeldCaps.NONE);
        exchange.extended(extended.held(), extended.caps());
        tranches.holds(extended.held(), capped ? extended.tokens() : Long.MAX_VALUE);
        if (waiting) {
            waiting = false;
            readOn.run();
        } else {
            seen(facts);
        }
    }

    /** What is held is used first; then others may end, and leave what they held. */
    private void noMore(ExtendResult why, boolean mayChange, AnswerFacts facts) {
        long now = System.nanoTime();
        if (!waiting) {
            asking = false;
            refusedSince = now;
        } else {
            if (!waited) {
                waited = true;
                refusedSince = now;
            }
            if (mayChange && now - refusedSince < TimeUnit.MILLISECONDS.toNanos(spreadMs())) {
                askLater(facts);
            } else {
                exchange.stop(Ending.Reason.FUNDS_ENDED, FundsEnded.refusal(why, exchange.caps()));
            }
        }
    }

    /** Another one for each exchange, far from those of the ones that began just before and after it. */
    private int spreadMs() {
        long mixed = (exchange.id().hashCode() * GOLDEN) & 0xffff_ffffL;
        return (int) ((mixed * SPREAD_MS) >>> 32);
    }

    private void unanswered(AnswerFacts facts) {
        long now = System.nanoTime();
        if (failingSince == 0) {
            failingSince = now;
        }
        if (waiting && now - failingSince > PATIENCE_NANOS) {
            exchange.stop(Ending.Reason.HOLD_LOST, FundsEnded.unavailable());
        } else {
            askLater(facts);
        }
    }

    private void askLater(AnswerFacts facts) {
        loop.schedule(() -> askNow(facts), RETRY_MS, TimeUnit.MILLISECONDS);
    }

    private void askNow(AnswerFacts facts) {
        asking = false;
        if (!exchange.hasEnded()) {
            seen(facts);
        }
    }
}
