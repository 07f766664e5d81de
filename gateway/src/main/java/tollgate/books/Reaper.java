package tollgate.books;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.wallet.ControlPort;
import tollgate.wallet.DueHold;
import tollgate.wallet.SettleResult;

/**
 * Captures what had accrued of holds that nobody renews any more. After a pause of its own, and where Redis's clock jumped
 * forward, it waits one hold life: those who renew may have been away as well, and what is due by a clock that jumped is
 * not (H35). Confined to the books' thread.
 */
final class Reaper {
    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    private static final int BATCH = 100;
    private static final int MOST_PAGES = 50;
    private static final int MOST_COMPLAINTS = 10_000;
    private static final long LONGEST_GAP_NANOS = 15_000_000_000L;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long JUMPS_IN_A_LIFE = 12;

    private final ControlPort control;
    private final Telemetry telemetry;
    private final long quietNanos;
    private final LongSupplier nanoClock;
    private final ToLongFunction<Integer> redisClock;
    private long lastRound;
    /** By server: each has a clock of its own. */
    private final Map<String, Long> lastRedisMs = new HashMap<>();

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
        this(control, telemetry, holdLifeNanos, System::nanoTime, control::nowMs);
    }

    /**
     * By clocks of one's own.
     *
     * @param nanoClock nanoseconds that never go back
     * @param redisClock the milliseconds since 1970 of a shard's Redis
     */
    Reaper(
            ControlPort control,
            Telemetry telemetry,
            long holdLifeNanos,
            LongSupplier nanoClock,
            ToLongFunction<Integer> redisClock) {
        this.control = control;
        this.telemetry = telemetry;
        this.quietNanos = holdLifeNanos;
        this.nanoClock = nanoClock;
        this.redisClock = redisClock;
        this.lastRound = nanoClock.getAsLong();
        this.notBefore = lastRound;
    }

    /** Nothing expires for one hold life. */
    void pause() {
        notBefore = nanoClock.getAsLong() + quietNanos;
    }

    /** Shards of a single server, or of servers that all answer. */
    void reap(List<Integer> shards) {
        EachShard each = new EachShard();
        reap(shards, shards, each);
        each.tell();
    }

    /**
     * Reaps.
     *
     * @param shards those that are ours
     * @param open all that are open: the clocks of their servers are watched, since any may become ours
     */
    void reap(List<Integer> shards, List<Integer> open, EachShard each) {
        long now = nanoClock.getAsLong();
        if (now - lastRound > LONGEST_GAP_NANOS) {
            LOG.warn("nothing expires for one hold life: nobody was here for a while");
            pause();
        }
        Map<String, List<Integer>> servers = control.byServer(open);
        Map<Integer, Long> clocks = new LinkedHashMap<>();
        servers.forEach((server, its) -> each.of(its.subList(0, 1), first -> {
            long redisMs = redisClock.applyAsLong(first);
            if (jumped(lastRedisMs.get(server), redisMs, nanoClock.getAsLong() - lastRound)) {
                LOG.warn("nothing expires for one hold life: the clock of {} jumped", server);
                pause();
            }
            lastRedisMs.put(server, redisMs);
            its.stream().filter(shards::contains).forEach(shard -> clocks.put(shard, redisMs));
        }));
        // a server that is away for a while is seen anew
        lastRedisMs.keySet().retainAll(servers.keySet());
        lastRound = now;
        if (now - notBefore >= 0) {
            each.of(clocks.keySet(), shard -> reap(shard, clocks.getOrDefault(shard, 0L)));
        }
    }

    /** Redis's clock went on by more than the time that passed at most, and by more than what renewals leave room for. */
    private boolean jumped(@Nullable Long beforeMs, long redisMs, long mostNanos) {
        return beforeMs != null && (redisMs - beforeMs) * NANOS_PER_MS > mostNanos + quietNanos / JUMPS_IN_A_LIFE;
    }

    /** Holds that are refused stay due for ever: those behind them must not wait for them. */
    private void reap(int shard, long nowMs) {
        int refused = 0;
        int due = BATCH;
        for (int page = 0; page < MOST_PAGES && due == BATCH; page++) {
            List<DueHold> holds = control.due(shard, nowMs, refused, BATCH);
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
