package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Breadth;
import tollgate.pricing.Usd;
import tollgate.wallet.SettleResult;

/** Many settlements that only the journal has. */
@Tag("wide")
class ReplayTest {
    /** More than two batches; with {@code TOLLGATE_FULL} what an hour of outage leaves. */
    private static final int MANY = Breadth.full() ? 5_000 : 600;

    @TempDir
    Path folder;

    @Test
    void settlements_of_an_outage_are_booked_once_each() throws IOException {
        try (BooksUnderTest on = new BooksUnderTest(folder, "9000", Duration.ofHours(1))) {
            for (int i = 0; i < MANY; i++) {
                on.place("y" + i);
            }
            long placed = System.nanoTime();
            for (int i = 0; i < MANY; i++) {
                // as it was done before: one question to SQL and one to Redis for each
                assertThat(on.records.ledger().ofExchange("y" + i)).isEmpty();
                assertThat(on.control.settle(SampleExchange.settle(on.at, "y" + i)))
                        .isInstanceOf(SettleResult.Settled.class);
            }
            long oneByOne = System.nanoTime() - placed;
            on.books.close();
            for (int i = 0; i < MANY; i++) {
                on.journalled("x" + i);
            }
            // a third of them are gone from Redis, a third is booked and not told
            on.raw(redis -> {
                for (int i = 0; i < MANY; i += 3) {
                    String id = "x" + i;
                    redis.del("{s7}:x:" + id);
                    redis.zrem("{s7}:hx", id);
                    redis.hincrby("{s7}:w:w_1", "held", -SampleExchange.HELD.nano());
                    redis.hincrby("{s7}:w:w_1", "open", -1);
                    if (i + 1 < MANY) {
                        on.control.settle(SampleExchange.settle(on.at, "x" + (i + 1)));
                    }
                }
                return MANY;
            });
            Replay replay = new Replay(
                    on.journal,
                    on.records,
                    on.control,
                    on.treasury,
                    tollgate.Telemetry.NONE,
                    java.time.Clock.systemUTC());
            replay.keep();
            long before = System.nanoTime();
            replay.settleOlderThan(Duration.ZERO);
            long together = System.nanoTime() - before;
            replay.settleOlderThan(Duration.ZERO);
            System.out.printf(
                    "%d unretired settlements: one by one %d ms, together %d ms%n",
                    MANY, oneByOne / 1_000_000, together / 1_000_000);
            Usd owed = new Usd(2L * MANY * SampleExchange.CHARGE.nano());
            assertThat(on.balance()).isEqualTo(Usd.parse("9000").minus(owed));
            assertThat(on.held()).isEqualTo(Usd.ZERO);
            on.restart(Duration.ZERO);
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                on.books.drainNow();
                assertThat(on.journal.pending()).isZero();
            });
            assertThat(on.balance()).isEqualTo(Usd.parse("9000").minus(owed));
            assertThat(String.valueOf(on.verification().run().get("problems")))
                    .doesNotContain("shard")
                    .doesNotContain("suspense")
                    .doesNotContain("exchange x");
        }
    }

    @Test
    void one_that_is_refused_is_parked_and_keeps_no_other_of_its_batch_from_being_booked() throws IOException {
        try (BooksUnderTest on = new BooksUnderTest(folder, "100", Duration.ofHours(1))) {
            for (int i = 0; i < 20; i++) {
                on.journalled("x" + i);
            }
            on.raw(redis -> redis.hset("{s7}:x:x7", "amt", "1e3"));
            on.raw(redis -> redis.del("{s7}:x:x8"));
            on.raw(redis -> redis.set("{s7}:x:x8", "of another type"));
            on.restart(Duration.ofHours(1));
            assertThat(on.records.suspense().parked())
                    .extracting(parked -> parked.exchange())
                    .containsExactlyInAnyOrder("x7", "x8");
            assertThat(on.balance()).isEqualTo(Usd.parse("95.50"));
            assertThat(on.journal.pending()).isEqualTo(18);
        }
    }
}
