package tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.http.UpstreamSettings;

class TurnsTest {
    private static final long SEED = 20261128;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"1", "1 1", "3 1", "5 3 2", "1000 1", "7 0 3", "1 1 1 1 1"})
    void any_run_of_requests_is_shared_by_weight_to_within_one_for_each_target(String weights) {
        List<Target> targets = targets(weights);
        Turns turns = new Turns(targets);
        long all = targets.stream().mapToLong(Target::weight).sum();
        int[] had = new int[targets.size()];
        for (int asked = 1; asked <= 3_000; asked++) {
            had[turns.first(target -> true)]++;
            for (int i = 0; i < had.length; i++) {
                double due = (double) asked * targets.get(i).weight() / all;
                assertThat((double) had[i])
                        .as("target %s after %s requests", i, asked)
                        .isBetween(due - 1, due + 1);
            }
        }
    }

    @Test
    void what_rests_gets_nothing_its_share_is_shared_by_weight_and_it_has_no_claim_afterwards() {
        List<Target> targets = targets("4 2 1");
        Turns turns = new Turns(targets);
        int[] had = new int[3];
        for (int i = 0; i < 3_000; i++) {
            had[turns.first(target -> target != 0)]++;
        }
        assertThat(had).containsExactly(0, 2_000, 1_000);
        int[] after = new int[3];
        for (int i = 0; i < 700; i++) {
            after[turns.first(target -> true)]++;
        }
        assertThat(after[0]).isBetween(396, 404);
        assertThat(after[1]).isBetween(196, 204);
    }

    @Test
    void one_without_weight_is_asked_only_where_no_other_lets_anything_pass() {
        Turns turns = new Turns(targets("1 0 1 0"));
        assertThat(turns.first(target -> target == 1 || target == 3)).isEqualTo(1);
        assertThat(turns.first(target -> target == 3)).isEqualTo(3);
        assertThat(turns.first(target -> false)).isEqualTo(-1);
        assertThat(turns.another(target -> true, new boolean[] {true, false, true, false}))
                .isEqualTo(1);
    }

    @Test
    void whatever_comes_and_goes_nobody_is_asked_twice_for_one_request_and_all_are_asked_before_it_is_given_up() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            int count = 1 + random.nextInt(5);
            List<String> weights = new ArrayList<>(List.of("1"));
            for (int i = 1; i < count; i++) {
                weights.add(String.valueOf(random.nextInt(4)));
            }
            Turns turns = new Turns(targets(String.join(" ", weights)));
            boolean[] tried = new boolean[count];
            Set<Integer> asked = new HashSet<>();
            int next = turns.first(target -> true);
            while (next >= 0) {
                assertThat(asked.add(next))
                        .as("seed " + SEED + " round " + round)
                        .isTrue();
                tried[next] = true;
                next = turns.another(target -> true, tried);
            }
            assertThat(asked).as("seed " + SEED + " round " + round).hasSize(count);
        }
    }

    private static List<Target> targets(String weights) {
        List<Target> targets = new ArrayList<>();
        for (String weight : weights.split(" ", -1)) {
            Duration second = Duration.ofSeconds(1);
            Upstream upstream = new Upstream(
                    "u" + targets.size(),
                    "openai",
                    null,
                    new UpstreamSettings(URI.create("http://127.0.0.1:1"), second, second, second, second, 1),
                    false,
                    null,
                    null,
                    null,
                    null);
            targets.add(new Target(upstream, null, Integer.parseInt(weight), null));
        }
        return targets;
    }
}
