package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tollgate.metering.Ending;
import tollgate.metering.HoldEvent;
import tollgate.wallet.Admission;
import tollgate.wallet.Renew;
import tollgate.wallet.RenewResult;

/**
 * Keeps the hold of an exchange alive while it runs; ends the exchange where nobody can say for too long that it is.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 */
final class Renewal {
    /** Whose hold it is. */
    interface Holder {
        /** How often its hold has been placed. */
        int generation();

        /** The command that keeps its hold alive. */
        Renew renewal();

        /** Something happened to its hold. */
        void on(HoldEvent event);

        /** Whether it needs no hold any more. */
        boolean hasEnded();

        /** The gateway ends it. */
        void stop(Ending.Reason why);
    }

    private static final long RETRY_MS = 2_000;
    private static final long RETRY_AWAITED_MS = 100;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Holder exchange;
    private final Admission admission;
    private final EventLoop loop;
    private long failingSince;
    private @Nullable Runnable reinstated;
    private @Nullable Future<?> retry;

    Renewal(Holder exchange, Admission admission, EventLoop loop) {
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
            // the hold was placed again in between: this says nothing of that one, the reply of its place does
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
        // a missing hold is asked for again: that reply tells; where there is no reply it may still be missing
        if (!(result instanceof RenewResult.NoHold || result instanceof RenewResult.Unavailable)) {
            tellReinstated();
        }
    }

    /** Nobody knows whether the hold is there. */
    private void failed() {
        exchange.on(HoldEvent.RENEWAL_UNKNOWN);
        tryAgain();
    }

    /** The hold was placed again, and no reply came: asks again, unless the exchange has lasted too long without one. */
    void tryAgain() {
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
            if (retry != null) {
                retry.cancel(false);
            }
            retry = loop.schedule(this::again, reinstated == null ? RETRY_MS : RETRY_AWAITED_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        if (!exchange.hasEnded()) {
            ask();
        }
    }

    /** Redis may have lost this hold: tells once it is there again, or the exchange is over. */
    void reinstate(Runnable then) {
        if (exchange.hasEnded()) {
            then.run();
        } else {
            reinstated = then;
            ask();
        }
    }

    /** The hold is there, or not needed any more: whoever waits for that need not wait on. */
    void tellReinstated() {
        Runnable then = reinstated;
        if (then != null) {
            reinstated = null;
            then.run();
        }
    }
}
