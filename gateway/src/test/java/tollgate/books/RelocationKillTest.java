package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tollgate.books.MovingBooks.HERE;
import static tollgate.books.MovingBooks.THERE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tollgate.Breadth;
import tollgate.Wide;

/**
 * Whoever carries an organisation dies behind every step of its move, and either shard's Redis loses all, or its last while, at
 * that very moment: whoever goes on ends with the same money, in one place (H18).
 */
@Wide
@SuppressWarnings("NullAway.Init") // made before every test
class RelocationKillTest {
    @TempDir
    Path folder;

    /** What happens to Redis as the process dies. */
    private enum Loss {
        NONE,
        LEFT_IS_EMPTIED,
        LEFT_GOES_BACK,
        REACHED_IS_EMPTIED,
        REACHED_GOES_BACK,
        /** Both go back, and SQL has all that the dead process did. */
        BOTH_GO_BACK
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @ParameterizedTest
    @EnumSource
    void whoever_goes_on_behind_any_step_ends_with_the_same_money(RelocationStep step) throws IOException {
        try (MovingBooks it = new MovingBooks(folder)) {
            it.steps(new Random(place(step)), 50);
            int from = HERE;
            for (Loss loss : Loss.values()) {
                // where not all is asked for, every third, another with every step
                if (!Breadth.full() && (place(loss) + place(step)) % 3 != 0) {
                    continue;
                }
                int to = from == HERE ? THERE : HERE;
                Map<String, String> before = MovingBooks.lasting(it.money());
                moved(it, from, to, step, loss);
                String story = "killed behind " + step + ", " + loss;
                assertThat(it.wallet("w_1").shard()).as(story).isEqualTo(to);
                assertThat(MovingBooks.lasting(it.money())).as(story).isEqualTo(before);
                assertThat(it.left(from)).as(story).isEmpty();
                assertThat(it.problems()).as(story).isEmpty();
                it.lost(to, Map.of());
                it.lost(from, Map.of());
                assertThat(MovingBooks.lasting(it.money()))
                        .as(story + ", and both emptied afterwards")
                        .isEqualTo(before);
                assertThat(it.left(from)).as(story).isEmpty();
                it.steps(new Random(place(loss)), 20);
                assertThat(it.problems()).as(story).isEmpty();
                from = to;
            }
        }
    }

    private static int place(RelocationStep step) {
        return List.of(RelocationStep.values()).indexOf(step);
    }

    private static int place(Loss loss) {
        return List.of(Loss.values()).indexOf(loss);
    }

    private static void moved(MovingBooks it, int from, int to, RelocationStep step, Loss loss) throws IOException {
        Map<String, byte[]> left = it.copy(from);
        Map<String, byte[]> reached = it.copy(to);
        it.begin(to);
        // the second of several wallets or counters, where there are several
        AtomicInteger passed = new AtomicInteger();
        boolean several = switch (step) {
            case WALLET_OUT, WALLET_IN, COUNTER_OUT, COUNTER_IN -> true;
            default -> false;
        };
        assertThatThrownBy(() -> it.carried(now -> {
                    if (now == step && passed.incrementAndGet() == (several ? 2 : 1)) {
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
        switch (loss) {
            case NONE -> {}
            case LEFT_IS_EMPTIED -> it.lost(from, Map.of());
            case LEFT_GOES_BACK -> it.lost(from, left);
            case REACHED_IS_EMPTIED -> it.lost(to, Map.of());
            case REACHED_GOES_BACK -> it.lost(to, reached);
            case BOTH_GO_BACK -> {
                it.books.drainNow();
                it.lost(from, left);
                it.lost(to, reached);
            }
        }
        if (step == RelocationStep.DONE) {
            assertThat(it.records.moves().underWay()).isEmpty();
            return;
        }
        it.carried();
    }
}
