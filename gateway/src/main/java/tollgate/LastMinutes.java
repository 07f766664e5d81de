package tollgate;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Every duration of this minute and the one before, to two digits; those above an hour count as an hour. Recording takes
 * no lock and makes no garbage. Thread-safe.
 */
final class LastMinutes implements Reservoir {
    private static final long MOST = TimeUnit.HOURS.toNanos(1);
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 2;

    private final LongSupplier nanos;
    private final ConcurrentHistogram[] minutes = {
        new ConcurrentHistogram(MOST, DIGITS), new ConcurrentHistogram(MOST, DIGITS)
    };
    private final AtomicLong minute;

    /** Durations by this clock of nanoseconds. */
    LastMinutes(LongSupplier nanos) {
        this.nanos = nanos;
        this.minute = new AtomicLong(nanos.getAsLong() / MINUTE);
    }

    @Override
    public void update(long value) {
        turn();
        minutes[index(minute.get())].recordValue(Math.clamp(value, 0, MOST));
    }

    /** The first to see another minute empties what is counted into from now on. */
    private void turn() {
        long now = nanos.getAsLong() / MINUTE;
        long was = minute.get();
        if (now != was && minute.compareAndSet(was, now)) {
            minutes[index(now)].reset();
            if (now - was > 1) {
                minutes[index(now - 1)].reset();
            }
        }
    }

    private static int index(long minute) {
        return (int) (minute & 1);
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, recent().getTotalCount());
    }

    @Override
    public Snapshot getSnapshot() {
        return new Recent(recent());
    }

    private Histogram recent() {
        turn();
        Histogram recent = new Histogram(MOST, DIGITS);
        for (ConcurrentHistogram each : minutes) {
            recent.add(each);
        }
        return recent;
    }

    /** What was recorded up to now. */
    private static final class Recent extends Snapshot {
        private final Histogram histogram;

        Recent(Histogram histogram) {
            this.histogram = histogram;
        }

        @Override
        public double getValue(double quantile) {
            return histogram.getValueAtPercentile(quantile * 100);
        }

        @Override
        public long[] getValues() {
            long[] values = new long[size()];
            int at = 0;
            for (var each : histogram.recordedValues()) {
                for (long i = 0; i < each.getCountAtValueIteratedTo() && at < values.length; i++) {
                    values[at++] = each.getValueIteratedTo();
                }
            }
            return values;
        }

        @Override
        public int size() {
            return (int) Math.min(Integer.MAX_VALUE, histogram.getTotalCount());
        }

        @Override
        public long getMax() {
            return histogram.getMaxValue();
        }

        @Override
        public double getMean() {
            return histogram.getMean();
        }

        @Override
        public long getMin() {
            return size() == 0 ? 0 : histogram.getMinValue();
        }

        @Override
        public double getStdDev() {
            return histogram.getStdDeviation();
        }

        @Override
        public void dump(OutputStream output) {
            try (PrintWriter out = new PrintWriter(output, false, StandardCharsets.UTF_8)) {
                for (long value : getValues()) {
                    out.println(value);
                }
            }
        }
    }
}
