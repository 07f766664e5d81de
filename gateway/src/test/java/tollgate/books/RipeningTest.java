package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RipeningTest {
    private static final long SECOND = 1_000_000_000L;

    // nanoTime may be anything, and may pass the end of its range
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - SECOND);
    private final Ripening ripening = new Ripening(Duration.ofSeconds(3), nanos::get);

    @Test
    void an_entry_ripens_three_seconds_after_it_was_first_seen_and_not_before() {
        ripening.seen(7, 1, 10);
        nanos.addAndGet(2 * SECOND);
        ripening.seen(7, 1, 12);
        nanos.addAndGet(SECOND - 1);
        ripening.seen(7, 1, 12);
        assertThat(ripening.ripe(7, 1, 10)).isFalse();
        nanos.addAndGet(1);
        ripening.seen(7, 1, 12);
        assertThat(ripening.ripe(7, 1, 10)).isTrue();
        assertThat(ripening.ripe(7, 1, 11)).isFalse();
        assertThat(ripening.ripe(8, 1, 1))
                .as("of a shard that nobody looked at")
                .isFalse();
        nanos.addAndGet(2 * SECOND);
        ripening.seen(7, 1, 12);
        assertThat(ripening.ripe(7, 1, 12)).isTrue();
    }

    @Test
    void a_number_that_a_lost_second_took_along_does_not_ripen_the_entry_that_has_it_next() {
        ripening.seen(7, 1, 10);
        nanos.addAndGet(SECOND);
        ripening.seen(7, 2, 8);
        nanos.addAndGet(2 * SECOND);
        ripening.seen(7, 2, 10);
        assertThat(ripening.ripe(7, 1, 10)).isTrue();
        assertThat(ripening.ripe(7, 2, 9)).isFalse();
        nanos.addAndGet(SECOND);
        ripening.seen(7, 2, 10);
        assertThat(ripening.ripe(7, 2, 8)).isTrue();
        assertThat(ripening.ripe(7, 2, 9)).isFalse();
    }

    @Test
    void nor_does_a_number_that_a_server_set_back_while_it_ran_gives_again() {
        ripening.seen(7, 1, 10);
        nanos.addAndGet(3 * SECOND);
        ripening.seen(7, 1, 12);
        assertThat(ripening.ripe(7, 1, 10)).isTrue();
        ripening.seen(7, 1, 8);
        nanos.addAndGet(3 * SECOND - 1);
        ripening.seen(7, 1, 12);
        assertThat(ripening.ripe(7, 1, 8)).isTrue();
        assertThat(ripening.ripe(7, 1, 9)).isFalse();
        nanos.addAndGet(3 * SECOND);
        ripening.seen(7, 1, 12);
        assertThat(ripening.ripe(7, 1, 12)).isTrue();
    }

    @Test
    void however_often_somebody_looks_nothing_ripens_later_than_by_a_sixteenth() {
        long n = 0;
        for (int look = 0; look < 10_000; look++) {
            ripening.seen(7, 1, ++n);
            nanos.addAndGet(SECOND / 1_000);
        }
        ripening.seen(7, 1, n);
        long settled = n - 3_000 - 3_000 / 16 - 1;
        assertThat(ripening.ripe(7, 1, settled)).isTrue();
        assertThat(ripening.ripe(7, 1, n - 3_000 + 1)).isFalse();
    }
}
