package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.Telemetry;

/** Clocks that are set wrong: nothing is taken too early, nothing waits for ever, no live hold expires (H35, H36). */
@SuppressWarnings("NullAway.Init") // made before every test
class ClockJumpsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LIFE = 60 * SECOND;
    private static final long DAY_MS = 86_400_000;
    private static final String DRAINER = "a drain of this test";

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong(5);
    private BooksUnderTest on;

    @BeforeEach
    void a_gateway_whose_own_books_rest() throws IOException {
        on = new BooksUnderTest(folder, "1", Duration.ofHours(1));
        on.place("x1");
        on.books.close();
        long now = on.records.nowMs();
        assertThat(on.records.shards().lease(7, DRAINER, now, now + DAY_MS)).isTrue();
    }

    @AfterEach
    void stop() {
        on.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {-DAY_MS, 0, DAY_MS})
    void the_drain_takes_what_it_has_known_for_long_enough_whatever_the_clocks_said(long jumpMs) {
        Drain drain = new Drain(
                on.records, on.control, DRAINER, new Ripening(Duration.ofSeconds(3), nanos::get), entries -> {});
        // an entry of a Redis whose clock was wrong: its position and its time say so
        String written = Long.toString(on.control.nowMs() + jumpMs);
        long before = on.records.shards().get(7).n();
        if (jumpMs >= 0) {
            on.raw(redis -> redis.hset("{s7}:m", "hwm_ms", written));
        }
        on.control.settle(SampleExchange.settle(on.at, "x1"));
        assertThat(drain.drain(7, false)).isEqualTo(Drain.Result.WAITING);
        nanos.addAndGet(3 * SECOND - 1);
        assertThat(drain.drain(7, false)).isEqualTo(Drain.Result.WAITING);
        assertThat(on.records.shards().get(7).n()).isEqualTo(before);
        nanos.addAndGet(1);
        assertThat(drain.drain(7, false)).isEqualTo(Drain.Result.DONE);
        assertThat(on.records.ledger().find("x1")).isPresent();
    }

    @Test
    void where_redis_clock_jumps_forward_no_hold_expires_for_one_hold_life() {
        AtomicLong redisMs = new AtomicLong(on.control.nowMs());
        Reaper reaper = new Reaper(on.control, Telemetry.NONE, LIFE, nanos::get, shard -> redisMs.get());
        ticks(reaper, redisMs, 10, 1_000);
        // the clock jumps: by it the hold was due a day ago
        redisMs.addAndGet(DAY_MS);
        reaper.reap(List.of(7));
        on.raw(redis -> redis.zadd("{s7}:hx", 1, "x1"));
        ticks(reaper, redisMs, 59, 1_000);
        assertThat(state()).as("for one hold life").isEqualTo("OPEN");
        ticks(reaper, redisMs, 2, 1_000);
        assertThat(state()).as("after it").isEqualTo("EXPIRED");
    }

    @Test
    void a_clock_that_goes_as_time_does_or_back_keeps_nothing_from_expiring() {
        AtomicLong redisMs = new AtomicLong(on.control.nowMs());
        Reaper reaper = new Reaper(on.control, Telemetry.NONE, LIFE, nanos::get, shard -> redisMs.get());
        ticks(reaper, redisMs, 70, 1_040);
        redisMs.addAndGet(-5_000);
        ticks(reaper, redisMs, 1, 1_000);
        on.raw(redis -> redis.zadd("{s7}:hx", 1, "x1"));
        ticks(reaper, redisMs, 1, 1_000);
        assertThat(state()).isEqualTo("EXPIRED");
    }

    @Test
    void after_more_than_fifteen_seconds_without_a_tick_no_hold_expires_for_one_hold_life() {
        AtomicLong redisMs = new AtomicLong(on.control.nowMs());
        Reaper reaper = new Reaper(on.control, Telemetry.NONE, LIFE, nanos::get, shard -> redisMs.get());
        ticks(reaper, redisMs, 3, 1_000);
        on.raw(redis -> redis.zadd("{s7}:hx", 1, "x1"));
        nanos.addAndGet(15 * SECOND);
        redisMs.addAndGet(15_000);
        ticks(reaper, redisMs, 59, 1_000);
        assertThat(state()).isEqualTo("OPEN");
        ticks(reaper, redisMs, 2, 1_000);
        assertThat(state()).isEqualTo("EXPIRED");
    }

    private void ticks(Reaper reaper, AtomicLong redisMs, int times, long redisStepMs) {
        for (int i = 0; i < times; i++) {
            nanos.addAndGet(SECOND);
            redisMs.addAndGet(redisStepMs);
            reaper.reap(List.of(7));
        }
    }

    private String state() {
        return on.control.exchange(7, "x1").orElseThrow().state();
    }
}
