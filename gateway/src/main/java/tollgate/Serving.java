package tollgate;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tollgate.config.TollgateConfig;

/** Starting and stopping a gateway as a process. Stateless. */
final class Serving {
    private static final long DRAIN_AFTER_MS = 3_000;

    private Serving() {}

    static void warn(TollgateConfig config) {
        config.warnings().forEach(warning -> System.err.println("tollgate: warning: " + warning));
    }

    static Installation start(TollgateConfig config, List<String> adminKeys) throws IOException {
        int loops = Math.max(1, Runtime.getRuntime().availableProcessors());
        return Installation.start(config, loops, adminKeys, DRAIN_AFTER_MS);
    }

    /** Serves until the process is asked to end, then drains and stops. */
    static int untilStopped(Installation gateway) {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            asked.countDown();
                            try {
                                if (stopped.await(gateway.config().drain().toSeconds() + 60, TimeUnit.SECONDS)) {
                                    // asked to stop, and has: not the signal's 143, which supervisors take for a
                                    // failure
                                    Runtime.getRuntime().halt(0);
                                }
                            } catch (InterruptedException interrupted) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "stop"));
        try {
            asked.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        gateway.close();
        stopped.countDown();
        return 0;
    }
}
