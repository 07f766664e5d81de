package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Snapshot;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LastMinutesTest {
    private final AtomicLong now = new AtomicLong(TimeUnit.DAYS.toNanos(3));
    private final LastMinutes minutes = new LastMinutes(now::get);

    @Test
    void quantiles_are_those_of_what_was_recorded() {
        for (int micros = 1; micros <= 1_000; micros++) {
            minutes.update(TimeUnit.MICROSECONDS.toNanos(micros));
        }
        Snapshot seen = minutes.getSnapshot();
        assertThat(seen.size()).isEqualTo(1_000);
        assertThat(seen.getMedian()).isCloseTo(500_000, Percentage.withPercentage(1));
        assertThat(seen.get99thPercentile()).isCloseTo(990_000, Percentage.withPercentage(1));
        assertThat(seen.getMax()).isCloseTo(1_000_000, Percentage.withPercentage(1));
    }

    @Test
    void what_was_recorded_is_forgotten_after_two_minutes() {
        minutes.update(1_000);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        minutes.update(2_000);
        assertThat(minutes.size()).as("of the minute before too").isEqualTo(2);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(minutes.size()).isEqualTo(1);
        now.addAndGet(TimeUnit.MINUTES.toNanos(5));
        assertThat(minutes.size()).isZero();
    }

    @Test
    void durations_out_of_range_count_as_the_nearest_in_it() {
        minutes.update(-5);
        minutes.update(Long.MAX_VALUE);
        assertThat(minutes.getSnapshot().getMin()).isZero();
        assertThat(minutes.getSnapshot().getMax()).isCloseTo(TimeUnit.HOURS.toNanos(1), Percentage.withPercentage(1));
    }
}
