package tollgate.doctor;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tollgate.pricing.Usd;
import tollgate.wallet.ControlPort;
import tollgate.wallet.RedisServer;
import tollgate.wallet.ShardWatch;

/** Looks at a Redis: who it is, how it keeps what it is told, whether we may do what we have to. Stateless. */
public final class RedisDoctor {
    private static final String AREA = "redis";

    /** A clock that is off by more changes which windows and holds are meant (H36: beyond 5 minutes nothing is placed). */
    private static final long SKEW_MS = 2_000;

    private static final long TOO_FAR_MS = 300_000;

    private RedisDoctor() {}

    /**
     * Looks.
     *
     * @param url its address, password included
     * @param clock this machine's
     */
    public static List<Finding> look(String url, Clock clock) {
        List<Finding> findings = new ArrayList<>();
        try (ControlPort port = ControlPort.connect(url, new ShardWatch(), Usd.ZERO)) {
            RedisServer server = port.server();
            long since = System.nanoTime();
            long there = port.nowMs();
            long roundTrip = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - since);
            findings.add(Finding.ok(AREA, server.name() + " answers in " + roundTrip + " µs"));
            server.dangers().forEach(danger -> findings.add(Finding.failed(AREA, danger)));
            server.doubts().forEach(doubt -> findings.add(Finding.warning(AREA, doubt)));
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
