package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Usd;

/** One hold for whichever upstream serves: no candidate may need more than it, nor be cut by it. */
class CoveringHoldTest {
    private static final long SEED = 20261128;

    @Test
    void whatever_the_prices_the_hold_is_enough_for_each_candidate() {
        Random random = new Random(SEED);
        for (int round = 0; round < 5_000; round++) {
            Long ceiling = random.nextBoolean() ? null : (long) random.nextInt(20_000);
            MeteredRequest request = Requests.request(ceiling, 1 + random.nextInt(3), random.nextInt(100_000));
            List<HoldPlan> plans = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(4); i++) {
                plans.add(Requests.plan(
                        request,
                        Requests.rates("input=" + (1 + random.nextInt(30)) + " output=" + (1 + random.nextInt(90)))));
            }
            HoldPlan covering = HoldPlan.covering(plans);
            assertThat(covering.candidates()).isEqualTo(plans);
            assertThat(covering.min()).isLessThanOrEqualTo(covering.want());
            Usd granted = between(random, covering.min(), covering.want());
            for (HoldPlan each : plans) {
                String told = "seed " + SEED + " round " + round;
                assertThat(covering.min()).as(told).isGreaterThanOrEqualTo(each.min());
                assertThat(covering.want()).as(told).isGreaterThanOrEqualTo(each.want());
                assertThat(covering.worst()).as(told).isGreaterThanOrEqualTo(each.worst());
                assertThat(covering.minTokens()).as(told).isGreaterThanOrEqualTo(each.minTokens());
                assertThat(covering.wantTokens()).as(told).isGreaterThanOrEqualTo(each.wantTokens());
                Long set = each.ceilingFor(granted, covering.wantTokens());
                if (ceiling != null) {
                    assertThat(set).as(told).isNull();
                }
                long output = set != null
                        ? set
                        : ceiling != null ? ceiling : each.rates().limits().maxOutputTokens();
                assertThat(each.holdFor(output * request.choices())).as(told).isLessThanOrEqualTo(granted);
            }
        }
    }

    private static Usd between(Random random, Usd least, Usd most) {
        long room = most.nano() - least.nano();
        return new Usd(least.nano() + (room == 0 ? 0 : random.nextLong(room + 1)));
    }

    @Test
    void that_of_one_is_its_own() {
        HoldPlan plan = Requests.plan(Requests.request(100L, 1, 100));
        assertThat(HoldPlan.covering(List.of(plan))).isSameAs(plan);
        assertThat(plan.candidates()).containsExactly(plan);
    }
}
