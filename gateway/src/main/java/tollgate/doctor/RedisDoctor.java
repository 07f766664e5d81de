package tollgate.doctor;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tollgate.pricing.Usd;
import tollgate.wallet.ControlPort;
import tollgate.wallet.RedisAddress;
import tollgate.wallet.RedisServer;
import tollgate.wallet.ShardWatch;

/** Looks at a Redis: who it is, how it keeps what it is told, whether we may do what we have to. Stateless. */
public final class RedisDoctor {
    private static final String AREA = "redis";

    /** A clock that is off by more changes which windows and holds are meant (H36: beyond 5 minutes nothing is placed). */
    private static final long SKEW_MS = 2_000;

    private static final int MOST_SHOWN = 3;
    private static final long TOO_FAR_MS = 300_000;

    private RedisDoctor() {}

    /**
     * Looks.
     *
     * @param address where it is
     * @param waitAof how long a gateway would wait for its disk
     * @param clock this machine's
     */
    public static List<Finding> look(RedisAddress address, Duration waitAof, Clock clock) {
        List<Finding> findings = new ArrayList<>();
        try (ControlPort port = ControlPort.connect(address, new ShardWatch(), Usd.ZERO, waitAof)) {
            long since = System.nanoTime();
            long there = port.nowMs();
            long roundTrip = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - since);
            findings.add(Finding.ok(AREA, port.topology()));
            List<RedisServer> servers = port.servers();
            if (servers.size() < port.primaries()) {
                findings.add(Finding.failed(
                        AREA, (port.primaries() - servers.size()) + " of its servers that take writes do not answer"));
            }
            for (RedisServer server : servers) {
                findings.add(
                        Finding.ok(AREA, server.name() + " answers in " + roundTrip + " µs, has " + server.replicas()));
                server.dangers().forEach(danger -> findings.add(Finding.failed(AREA, danger)));
                server.doubts().forEach(doubt -> findings.add(Finding.warning(AREA, doubt)));
            }
            findings.add(disk(port, waitAof));
            port.busiest(MOST_SHOWN)
                    .forEach(busy -> findings.add(Finding.ok(
                            AREA,
                            "shard " + busy.shard() + " had " + busy.entries()
                                    + " entries in the last minute (counted up to 1000), most of organisation "
                                    + busy.organisation() + ": " + busy.its())));
            findings.add(clocks(there - clock.millis()));
            List<String> missing = port.missingRights();
            findings.add(
                    missing.isEmpty()
                            ? Finding.ok(AREA, "its user may do all that is needed")
                            : Finding.failed(
                                    AREA,
                                    "its user may not " + String.join(", ", missing)
                                            + " (expected: the ACL line of config/redis.conf)"));
        } catch (RuntimeException away) {
            findings.add(Finding.failed(AREA, "cannot be used: " + innermost(away)));
        }
        return findings;
    }

    private static Finding disk(ControlPort port, Duration waitAof) {
        if (!port.canWaitForDisk()) {
            return Finding.ok(
                    AREA,
                    "it has no WAITAOF (7.2 or newer, or Valkey, has; its user may COMMAND INFO): money that comes in is"
                            + " acknowledged once SQL and Redis's memory have it");
        }
        return waitAof.isZero()
                ? Finding.warning(AREA, "it has WAITAOF, but redis.waitaof_ms is 0 (expected: above 0)")
                : Finding.ok(
                        AREA,
                        "it has WAITAOF: money that comes in is acknowledged once it is on disk, within "
                                + waitAof.toMillis() + " ms");
    }

    private static Finding clocks(long aheadMs) {
        String off = "its clock is " + Math.abs(aheadMs) + " ms " + (aheadMs < 0 ? "behind" : "ahead of") + " ours";
        if (Math.abs(aheadMs) > TOO_FAR_MS) {
            return Finding.failed(AREA, off + " (expected: the same time: windows and holds go by it)");
        }
        return Math.abs(aheadMs) > SKEW_MS
                ? Finding.warning(AREA, off + " (expected: the same time, within 2 s)")
                : Finding.ok(AREA, off);
    }

    static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
