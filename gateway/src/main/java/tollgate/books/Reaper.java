package tollgate.books;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.wallet.ControlPort;
import tollgate.wallet.DueHold;
import tollgate.wallet.SettleResult;

/**
 * Captures what had accrued of holds that nobody renews any more. After a pause of its own it waits one hold life: those
 * who renew may have been away as well (H35). Confined to the books' thread.
 */
final class Reaper {
    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    private static final int BATCH = 100;
    private static final long LONGEST_GAP_NANOS = 15_000_000_000L;

    private final ControlPort control;
    private final Telemetry telemetry;
    private final long quietNanos;
    private long lastRound = System.nanoTime();
    private long notBefore;

    Reaper(ControlPort control, Telemetry telemetry, long holdLifeNanos) {
        this.control = control;
        this.telemetry = telemetry;
        this.quietNanos = holdLifeNanos;
        this.notBefore = lastRound;
    }

    /** Nothing expires for one hold life. */
    void pause() {
        notBefore = System.nanoTime() + quietNanos;
    }

    void reap(List<Integer> shards) {
        long now = System.nanoTime();
        if (now - lastRound > LONGEST_GAP_NANOS) {
            pause();
        }
        lastRound = now;
        if (now - notBefore < 0) {
            return;
        }
        for (int shard : shards) {
            for (DueHold hold : control.due(shard, BATCH)) {
                SettleResult result = control.expire(shard, hold);
                if (result instanceof SettleResult.Settled settled) {
                    telemetry.count("tollgate_expired_holds_total", 1);
                    LOG.warn(
                            "hold of {} expired: {} nano-USD captured",
                            hold.exchange(),
                            -settled.delta().nano());
                } else if (result instanceof SettleResult.Rejected) {
                    LOG.error("hold of {} cannot be expired: {}", hold.exchange(), result);
                }
            }
        }
    }
}
