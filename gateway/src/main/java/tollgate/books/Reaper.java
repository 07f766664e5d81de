package tollgate.books;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private static final int MOST_PAGES = 50;
    private static final int MOST_COMPLAINTS = 10_000;
    private static final long LONGEST_GAP_NANOS = 15_000_000_000L;

    private final ControlPort control;
    private final Telemetry telemetry;
    private final long quietNanos;
    private long lastRound = System.nanoTime();
    private long notBefore;
    /** Those that were told of once. */
    private final Map<String, Boolean> complained = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_COMPLAINTS;
        }
    };

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
        shards.forEach(this::reap);
    }

    /** Holds that are refused stay due for ever: those behind them must not wait for them. */
    private void reap(int shard) {
        int refused = 0;
        int due = BATCH;
        for (int page = 0; page < MOST_PAGES && due == BATCH; page++) {
            List<DueHold> holds = control.due(shard, refused, BATCH);
            due = holds.size();
            for (DueHold hold : holds) {
                refused += expired(shard, hold) ? 0 : 1;
            }
        }
    }

    private boolean expired(int shard, DueHold hold) {
        return switch (control.expire(shard, hold)) {
            case SettleResult.Settled settled -> {
                telemetry.count("tollgate_expired_holds_total", 1);
                LOG.warn(
                        "hold of {} expired: {} nano-USD captured",
                        hold.exchange(),
                        -settled.delta().nano());
                yield true;
            }
            // no such hold any more: the index has forgotten it by now
            case SettleResult.NoHold _ -> true;
            case SettleResult.OtherCaps _ -> false;
            case SettleResult.Rejected refusal -> {
                if (complained.put(hold.exchange(), true) == null) {
                    telemetry.count("tollgate_unexpirable_holds_total", 1);
                    LOG.error("hold of {} cannot be expired, a person has to look: {}", hold.exchange(), refusal);
                }
                yield false;
            }
            case SettleResult.NotDue _, SettleResult.Unavailable _ -> false;
        };
    }
}
