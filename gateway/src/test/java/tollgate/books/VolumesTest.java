package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.pricing.Usd;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapDemands;
import tollgate.wallet.CapUnit;
import tollgate.wallet.DueHold;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;

/** What is charged in a month, in the books: its counter is what the entries say, open exchanges hold nothing of it. */
@SuppressWarnings("NullAway.Init") // made before every test
class VolumesTest {
    private static final String COUNTER = "v_month:o_1";

    @TempDir
    Path folder;

    private BooksUnderTest under;

    @BeforeEach
    void start() throws IOException {
        under = new BooksUnderTest(folder, "1", Duration.ZERO);
    }

    @AfterEach
    void stop() {
        under.close();
    }

    private HeldCaps place(String id) {
        CapDemand month =
                new CapDemand("v_month", "o_1", 0, 0, CapUnit.VOLUME, 0, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS);
        PlaceResult placed = under.control.place(new Place(
                under.at,
                id,
                1,
                SampleExchange.HELD,
                SampleExchange.HELD,
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Usd.ZERO,
                0,
                "v",
                "USD",
                false,
                new CapDemands(List.of(month), 0, 0)));
        assertThat(placed).isInstanceOf(PlaceResult.Placed.class);
        return ((PlaceResult.Placed) placed).caps();
    }

    private void exchange(String id, String charge) {
        place(id);
        assertThat(under.control.settle(new Settle(
                        under.at,
                        id,
                        "print",
                        Usd.parse(charge),
                        false,
                        "chat m",
                        false,
                        new Settle.Counted(HeldCaps.NONE, 7, true))))
                .isInstanceOf(SettleResult.Settled.class);
        under.books.drainNow();
    }

    private Usd charged() {
        return under.control
                .caps()
                .find(7, COUNTER)
                .map(counter -> new Usd(counter.spent().getOrDefault(0L, 0L)))
                .orElse(Usd.ZERO);
    }

    private List<String> problems() {
        return new CapVerification(under.records, under.control).problems(7);
    }

    @Test
    void the_counter_is_what_the_entries_say_and_whoever_changed_it_is_told_of() {
        exchange("x", "0.10");
        exchange("y", "0.25");
        assertThat(place("z").chargedBefore()).isEqualTo(Usd.parse("0.35"));
        assertThat(problems())
                .as("with an exchange open, which holds nothing of it")
                .isEmpty();
        under.raw(redis -> redis.hincrby("{s7}:c:" + COUNTER, "0:s", 1));
        assertThat(problems()).isNotEmpty();
        under.raw(redis -> redis.del("{s7}:c:" + COUNTER));
        assertThat(problems()).isNotEmpty();
    }

    @Test
    void it_is_built_again_from_the_entries_where_redis_lost_it_with_exchanges_open_and_expired() throws IOException {
        exchange("x", "0.10");
        place("expired");
        under.raw(redis -> redis.hset("{s7}:x:expired", "acc", "30000000"));
        long due = under.control.nowMs() - 1;
        under.raw(redis -> redis.zadd("{s7}:hx", (double) due, "expired"));
        assertThat(under.control.expire(7, new DueHold("expired", "o_1", "w_1", 1, due)))
                .isInstanceOf(SettleResult.Settled.class);
        place("open");
        under.books.drainNow();
        Usd before = charged();
        assertThat(before).isEqualTo(Usd.parse("0.13"));
        under.raw(redis -> redis.flushall());
        under.restart(Duration.ZERO);
        assertThat(charged()).isEqualTo(before);
        assertThat(problems()).isEmpty();
        assertThat(place("next").chargedBefore()).isEqualTo(before);
    }
}
