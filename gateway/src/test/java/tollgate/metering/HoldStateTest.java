package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HoldStateTest {
    private static final long SEED = 20261124;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "an exchange pays                            | PLACED ENDED SETTLED                      | FORWARD SETTLE ANNOUNCE                  | FINAL",
                "a refusal has nothing to undo               | REFUSED ENDED                             | REFUSE NOTHING                           | FINAL",
                "no reply: released, whatever comes late     | PLACE_UNKNOWN PLACED SETTLED              | RELEASE NOTHING NOTHING                  | FINAL",
                "gone while it is placed: released           | ENDED PLACED SETTLED                      | RELEASE NOTHING NOTHING                  | FINAL",
                "gone while it is refused                    | ENDED REFUSED SETTLED                     | RELEASE NOTHING NOTHING                  | FINAL",
                "a release that is not answered              | PLACE_UNKNOWN SETTLE_UNKNOWN SETTLED      | RELEASE NOTHING NOTHING                  | FINAL",
                "renewals ask for nothing                    | PLACED RENEWED RENEWAL_UNKNOWN RENEWED    | FORWARD NOTHING NOTHING NOTHING          | OPEN",
                "a lost hold is placed again                 | PLACED HOLD_MISSING PLACED ENDED SETTLED  | FORWARD PLACE_AGAIN NOTHING SETTLE ANNOUNCE | FINAL",
                "lost again: the exchange stops, once        | PLACED HOLD_MISSING PLACED HOLD_MISSING HOLD_MISSING ENDED | FORWARD PLACE_AGAIN NOTHING STOP NOTHING SETTLE | SETTLING",
                "refused when placed again: it stops         | PLACED HOLD_MISSING REFUSED ENDED         | FORWARD PLACE_AGAIN STOP SETTLE          | SETTLING",
                "an expired hold stops, and settles late     | PLACED HOLD_OVER ENDED SETTLED            | FORWARD STOP SETTLE ANNOUNCE             | FINAL",
                "no reply in time: the journal stands        | PLACED ENDED SETTLE_UNKNOWN SETTLED       | FORWARD SETTLE ANNOUNCE_WITHOUT_BALANCE NOTHING | FINAL",
                "refused for good: the journal stands        | PLACED ENDED SETTLE_REFUSED               | FORWARD SETTLE ANNOUNCE_WITHOUT_BALANCE  | FINAL",
                "ended twice settles once                    | PLACED ENDED ENDED SETTLED SETTLED        | FORWARD SETTLE NOTHING ANNOUNCE NOTHING  | FINAL",
            })
    void a_hold_lives(String story, String events, String actions, HoldState.Phase last) {
        HoldState state = new HoldState();
        List<String> done = Arrays.stream(events.strip().split(" "))
                .map(event -> state.on(HoldEvent.valueOf(event)).name())
                .toList();
        assertThat(String.join(" ", done)).isEqualTo(actions.strip());
        assertThat(state.phase()).isEqualTo(last);
    }

    @Test
    void in_any_order_of_events_money_that_may_be_set_aside_is_settled_exactly_once() {
        Random random = new Random(SEED);
        HoldEvent[] events = HoldEvent.values();
        for (int round = 0; round < 50_000; round++) {
            HoldState state = new HoldState();
            StringBuilder story = new StringBuilder("seed " + SEED + " round " + round + ":");
            int settlements = 0;
            int announcements = 0;
            int stops = 0;
            boolean forwarded = false;
            boolean refusedFirst = false;
            for (int step = random.nextInt(12); step >= 0; step--) {
                HoldEvent event = step == 0 ? HoldEvent.ENDED : events[random.nextInt(events.length)];
                boolean placing = state.phase() == HoldState.Phase.PLACING;
                HoldAction action = state.on(event);
                story.append(' ').append(event).append('>').append(action);
                switch (action) {
                    case FORWARD -> forwarded = true;
                    case REFUSE -> refusedFirst = placing;
                    case RELEASE, SETTLE -> settlements++;
                    case ANNOUNCE, ANNOUNCE_WITHOUT_BALANCE -> announcements++;
                    case STOP -> stops++;
                    case NOTHING, PLACE_AGAIN -> {}
                }
                assertThat(action == HoldAction.SETTLE && !forwarded)
                        .as(story.toString())
                        .isFalse();
                assertThat(action == HoldAction.RELEASE && forwarded && event != HoldEvent.NOT_FORWARDED)
                        .as(story.toString())
                        .isFalse();
            }
            assertThat(settlements).as(story.toString()).isEqualTo(refusedFirst ? 0 : 1);
            assertThat(announcements).as(story.toString()).isLessThanOrEqualTo(forwarded ? 1 : 0);
            assertThat(stops).as(story.toString()).isLessThanOrEqualTo(1);
            assertThat(state.generation()).as(story.toString()).isLessThanOrEqualTo(2);
        }
    }
}
