package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tollgate.metering.Ending;
import tollgate.metering.HoldEvent;
import tollgate.wallet.Admission;
import tollgate.wallet.RenewResult;

/**
 * Keeps the hold of an exchange alive while it runs; ends the exchange where nobody can say for too long that it is.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 */
final class Renewal {
    private static final long RETRY_MS = 2_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Exchange exchange;
    private final Admission admission;
    private final EventLoop loop;
    private long failingSince;
    private @Nullable Runnable reinstated;

    Renewal(Exchange exchange, Admission admission, EventLoop loop) {
        this.exchange = exchange;
        this.admission = admission;
        this.loop = loop;
    }

    /** Asks for more life. */
    void ask() {
        int generation = exchange.generation();
        admission.renew(exchange.renewal(), result -> answered(generation, result));
    }

    private void answered(int generation, RenewResult result) {
        if (generation != exchange.generation() && !(result instanceof RenewResult.Renewed)) {
            // the hold was placed again in between: this says nothing of that one, the next renewal does
            tellReinstated();
            return;
        }
        switch (result) {
            case RenewResult.Renewed _ -> {
                failingSince = 0;
                exchange.on(HoldEvent.RENEWED);
            }
            case RenewResult.NoHold _ -> exchange.on(HoldEvent.HOLD_MISSING);
            case RenewResult.Over _, RenewResult.Rejected _ -> exchange.on(HoldEvent.HOLD_OVER);
            case RenewResult.Unavailable _ -> failed();
        }
        // a missing hold is asked for again: that reply tells
        if (exchange.hasEnded() || !(result instanceof RenewResult.NoHold)) {
            tellReinstated();
        }
    }

    private void failed() {
        exchange.on(HoldEvent.RENEWAL_UNKNOWN);
        long now = System.nanoTime();
        if (failingSince == 0) {
            failingSince = now;
        }
        if (exchange.hasEnded()) {
            return;
        }
        if (now - failingSince > PATIENCE_NANOS) {
            exchange.stop(Ending.Reason.HOLD_LOST);
        } else {
            loop.schedule(this::again, RETRY_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        if (!exchange.hasEnded()) {
            ask();
        }
    }

    /** Redis may have lost this hold: makes sure of it, then tells, whatever came of it. */
    void reinstate(Runnable then) {
        if (exchange.hasEnded()) {
            then.run();
        } else {
            reinstated = then;
            ask();
        }
    }

    /** Whoever waits for the hold to be there again has waited long enough. */
    void tellReinstated() {
        Runnable then = reinstated;
        if (then != null) {
            reinstated = null;
            then.run();
        }
    }
}
