package tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tollgate.metering.Ending;
import tollgate.metering.HoldEvent;
import tollgate.pricing.Usd;
import tollgate.wallet.Admission;
import tollgate.wallet.Extend;
import tollgate.wallet.ExtendResult;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.PostResult;
import tollgate.wallet.Renew;
import tollgate.wallet.RenewResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.WalletAddress;

/** Whoever waits for a hold to be there again is told when it is, not when somebody has asked for it. */
class RenewalTest {
    private static final RenewResult AWAY = new RenewResult.Unavailable("currently not connected", false);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Deque<Consumer<RenewResult>> asked = new ArrayDeque<>();
    private final List<HoldEvent> events = new ArrayList<>();
    private final AtomicInteger told = new AtomicInteger();
    private int generation = 1;
    private boolean ended;

    private final Renewal renewal = new Renewal(
            new Renewal.Holder() {
                @Override
                public int generation() {
                    return generation;
                }

                @Override
                public Renew renewal() {
                    return new Renew(
                            new WalletAddress(1, "o", "w"), "x", generation, Usd.ZERO, Duration.ofMinutes(1), 0);
                }

                @Override
                public void on(HoldEvent event) {
                    events.add(event);
                }

                @Override
                public boolean hasEnded() {
                    return ended;
                }

                @Override
                public void stop(Ending.Reason why) {
                    ended = true;
                }
            },
            new Admission() {
                @Override
                public void place(Place place, Consumer<PlaceResult> then) {
                    throw new AssertionError();
                }

                @Override
                public void expireGrants(WalletAddress at, String currency, Consumer<PostResult> then) {
                    throw new AssertionError();
                }

                @Override
                public void renew(Renew renew, Consumer<RenewResult> then) {
                    asked.add(then);
                }

                @Override
                public void extend(Extend extend, Consumer<ExtendResult> then) {
                    throw new AssertionError();
                }

                @Override
                public void settle(Settle settle, Consumer<SettleResult> then) {
                    throw new AssertionError();
                }
            },
            channel.eventLoop());

    @AfterEach
    void close() {
        channel.close();
    }

    @Test
    void while_redis_cannot_be_asked_nobody_is_told_that_a_hold_is_there_again() {
        renewal.reinstate(told::incrementAndGet);
        for (int i = 0; i < 20; i++) {
            answer(AWAY);
            assertThat(told).hasValue(0);
            later(100);
        }
        answer(new RenewResult.Renewed(1));
        assertThat(told).hasValue(1);
        assertThat(events).endsWith(HoldEvent.RENEWED);
    }

    @Test
    void a_hold_that_is_missing_is_there_again_when_its_place_is_answered_not_before() {
        renewal.reinstate(told::incrementAndGet);
        answer(new RenewResult.NoHold());
        assertThat(events).containsExactly(HoldEvent.HOLD_MISSING);
        assertThat(told).hasValue(0);
        renewal.tellReinstated();
        assertThat(told).hasValue(1);
    }

    @Test
    void a_reply_to_what_was_asked_before_the_hold_was_placed_again_tells_nobody_of_the_new_one() {
        renewal.reinstate(told::incrementAndGet);
        generation = 2;
        answer(new RenewResult.NoHold());
        assertThat(told).hasValue(0);
        assertThat(events).isEmpty();
    }

    @Test
    void a_place_without_a_reply_is_followed_by_another_look_at_once_where_somebody_waits() {
        renewal.reinstate(told::incrementAndGet);
        answer(new RenewResult.NoHold());
        generation = 2;
        renewal.tryAgain();
        later(100);
        answer(new RenewResult.Renewed(1));
        assertThat(told).hasValue(1);
    }

    @Test
    void what_has_ended_needs_no_hold() {
        ended = true;
        renewal.reinstate(told::incrementAndGet);
        assertThat(asked).isEmpty();
        assertThat(told).hasValue(1);
    }

    @Test
    void asked_twice_and_away_twice_one_look_follows_not_two() {
        renewal.ask();
        renewal.reinstate(told::incrementAndGet);
        answer(AWAY);
        answer(AWAY);
        later(3_000);
        assertThat(asked).hasSize(1);
    }

    private void answer(RenewResult result) {
        asked.remove().accept(result);
    }

    private void later(long ms) {
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
