package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tollgate.Telemetry;
import tollgate.metering.Ending;
import tollgate.metering.HoldSettings;

/**
 * Keeps the holds of one event loop's open exchanges alive: each is renewed when a third of its life is over, those due
 * together in one batch. Also ends exchanges that last longer than any may. Confined to its loop.
 */
final class HoldKeeper {
    private static final long TICK_MS = 500;

    private final EventLoop loop;
    private final HoldSettings settings;
    private final Telemetry telemetry;
    /** When each is due, soonest first: all wait equally long, so the order is the one of entering. */
    private final LinkedHashMap<Exchange, Long> open = new LinkedHashMap<>();

    /** In the order of their placing: the first reaches its time limit first. */
    private final LinkedHashSet<Exchange> oldest = new LinkedHashSet<>();

    private final long everyNanos;
    private @Nullable Future<?> ticking;

    HoldKeeper(EventLoop loop, HoldSettings settings, Telemetry telemetry) {
        this.loop = loop;
        this.settings = settings;
        this.telemetry = telemetry;
        this.everyNanos = settings.life().toNanos() / 3;
    }

    /** From now on the exchange's hold is renewed. */
    void add(Exchange exchange) {
        open.putLast(exchange, System.nanoTime() + everyNanos);
        oldest.add(exchange);
        if (ticking == null) {
            ticking = loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** The exchange is settled. */
    void remove(Exchange exchange) {
        open.remove(exchange);
        oldest.remove(exchange);
    }

    /** Exchanges with a hold. */
    List<Exchange> open() {
        return new ArrayList<>(open.keySet());
    }

    private void tick() {
        long now = System.nanoTime();
        for (Map.Entry<Exchange, Long> due = open.firstEntry();
                due != null && due.getValue() - now <= 0;
                due = open.firstEntry()) {
            open.putLast(due.getKey(), now + everyNanos);
            keep(due.getKey(), now);
        }
        while (!oldest.isEmpty()
                && now - oldest.getFirst().placedNanos()
                        > settings.maxExchange().toNanos()) {
            oldest.removeFirst().stop(Ending.Reason.TIME_LIMIT);
        }
        if (open.isEmpty() && ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    private void keep(Exchange exchange, long now) {
        telemetry.time("tollgate_hold_age_seconds", now - exchange.placedNanos());
        exchange.renew();
    }
}
