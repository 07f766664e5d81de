package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Finds what holds an event loop up: how late its timers run, less garbage collections and less what the machine made
 * its thread wait for a processor. What is left is our own doing: something that blocks, or computes for too long. A
 * turn in which classes were loaded, or made ready to have their coverage counted, does not count: that happens once. Nor does one in which nobody saw the loop at
 * anything, twice: then the machine stood still.
 */
final class LoopLagProbe implements AutoCloseable {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Set<String> WAITING = Set.of("epollWait0", "epollWait", "wait", "poll");
    /** The coverage agent's own work on a class's first use. */
    private static final String COVERAGE = "$jacocoInit";

    private static final Path SCHEDULING = Path.of("/proc/thread-self/schedstat");

    /** How often a machine that others use, too, stands still for longer than a loop may. */
    private static final long NOISE_EVERY_S = 20;

    private final List<Beat> beats = new ArrayList<>();
    private final long began = System.nanoTime();
    private final Thread watcher = Thread.ofPlatform().name("loop-lag").daemon().unstarted(this::watch);
    private volatile boolean over;

    /** Watches these loops from now on. */
    LoopLagProbe(List<EventLoop> loops) {
        loops.forEach(loop -> beats.add(new Beat(loop)));
        watcher.start();
    }

    /**
     * No loop was held up by more than 20 ms, but once and once more for each {@value #NOISE_EVERY_S} s that it was watched:
     * what blocks does so with every exchange or so, a noisy machine seldom.
     */
    void assertNoneWasHeldUp() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
        int most = (int) (1 + seconds / NOISE_EVERY_S);
        for (Beat beat : beats) {
            assertThat(beat.times.get())
                    .as(
                            "times that a loop was held up, by %d ms at most; seen while it was:%n%s",
                            TimeUnit.NANOSECONDS.toMillis(beat.worst), beat.story)
                    .isLessThanOrEqualTo(most);
        }
    }

    @Override
    public void close() {
        over = true;
        beats.forEach(Beat::close);
    }

    private void watch() {
        while (!over) {
            beats.forEach(Beat::look);
            try {
                Thread.sleep(5);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private static long collecting() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private static long loadedClasses() {
        return ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
    }

    private static final class Beat implements Runnable {
        private final ScheduledFuture<?> timer;
        private volatile Thread thread = Thread.currentThread();
        private volatile long last = System.nanoTime();
        private volatile @Nullable FileChannel scheduling;
        private long waited = -1;
        private long collected = collecting();
        private long loaded = loadedClasses();
        private volatile long worst;
        private volatile String story = "";
        private volatile String seen = "";
        private final AtomicInteger times = new AtomicInteger();
        private final AtomicInteger samples = new AtomicInteger();

        Beat(EventLoop loop) {
            timer = loop.scheduleWithFixedDelay(this, EVERY_NANOS, EVERY_NANOS, TimeUnit.NANOSECONDS);
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            long now = System.nanoTime();
            long waiting = waitedForProcessor();
            long collecting = collecting();
            long classes = loadedClasses();
            if (waited >= 0) {
                // collections are counted in whole milliseconds
                long foreign = waiting - waited + TimeUnit.MILLISECONDS.toNanos(collecting - collected) * 2;
                long lag = now - last - EVERY_NANOS - foreign;
                boolean prepared = classes == loaded && !seen.contains(COVERAGE);
                if (lag > MOST_NANOS && prepared && samples.get() >= 2) {
                    times.incrementAndGet();
                    worst = Math.max(worst, lag);
                    story = seen;
                }
            }
            waited = waiting;
            collected = collecting;
            loaded = classes;
            seen = "";
            samples.set(0);
            last = now;
        }

        /** Keeps what the loop is at, while it is late: one that waits for events is not held up, but woken late. */
        void look() {
            String before = seen;
            if (System.nanoTime() - last > 2 * EVERY_NANOS && before.length() < 20_000) {
                StackTraceElement[] stack = thread.getStackTrace();
                if (stack.length > 0 && !WAITING.contains(stack[0].getMethodName())) {
                    samples.incrementAndGet();
                    seen = before + Arrays.toString(stack).replace(", ", "\n  ") + "\n";
                }
            }
        }

        /** Nanoseconds; asked on the loop's own thread, whose figures the file opened there goes on to tell. */
        private long waitedForProcessor() {
            try {
                FileChannel file = scheduling;
                if (file == null) {
                    file = FileChannel.open(SCHEDULING);
                    scheduling = file;
                }
                ByteBuffer text = ByteBuffer.allocate(100);
                file.read(text, 0);
                return Long.parseLong(
                        new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).split(" ", -1)[1]);
            } catch (IOException odd) {
                throw new UncheckedIOException(odd);
            }
        }

        void close() {
            timer.cancel(false);
            try {
                FileChannel file = scheduling;
                if (file != null) {
                    file.close();
                }
            } catch (IOException odd) {
                throw new UncheckedIOException(odd);
            }
        }
    }
}
