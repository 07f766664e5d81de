package tollgate.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.records.Records;
import tollgate.records.Turn;

/** Turns at a request that is to be done once, on real SQLite. */
@SuppressWarnings("NullAway.Init") // opened before each test
class OnceTest {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final List<Turn> turns = new ArrayList<>();

    @TempDir
    Path folder;

    private Records records;
    private Once once;

    @BeforeEach
    void open() {
        records = Records.sqlite(folder.resolve("records.db"));
        InstantSource time = () -> Instant.ofEpochMilli(now.get());
        once = new Once(records, time.withZone(ZoneOffset.UTC));
    }

    @AfterEach
    void close() {
        records.close();
    }

    @Test
    void what_fails_after_the_work_is_done_again_under_the_same_name() {
        for (RuntimeException failure : List.of(
                new Problem(503, "pending", "later"), new IllegalStateException("a bug"), new Problem(404, "x", "y"))) {
            assertThatThrownBy(() -> ask("r", failure)).isSameAs(failure);
        }
        assertThat(ask("r")).isEqualTo("{\"made\":\"" + turns.getFirst().name() + "\"}");
        assertThat(turns)
                .hasSize(4)
                .extracting(Turn::name)
                .containsOnly(turns.getFirst().name());
        assertThat(turns).extracting(Turn::worker).doesNotHaveDuplicates();
        assertThat(ask("r")).isEqualTo("{\"made\":\"" + turns.getFirst().name() + "\"}");
        assertThat(turns).as("it is only told again").hasSize(4);
    }

    @Test
    void what_was_refused_before_anything_was_done_may_be_asked_otherwise() {
        assertThatThrownBy(() -> ask("wrong", Problem.invalid("name: missing"))).isInstanceOf(Problem.class);
        ask("right");
        assertThat(turns).extracting(Turn::name).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void a_slow_worker_tells_nothing_once_its_successor_has_answered() {
        String[] successor = new String[1];
        assertThatThrownBy(() -> once.answer("caller", "key", "r", turn -> {
                    turns.add(turn);
                    now.addAndGet(61_000);
                    successor[0] = ask("r");
                    return Map.of("secret", "never to be told");
                }))
                .isInstanceOfSatisfying(
                        Problem.class, busy -> assertThat(busy.status()).isEqualTo(409));
        assertThat(turns)
                .hasSize(2)
                .extracting(Turn::name)
                .containsOnly(turns.getFirst().name());
        assertThat(ask("r")).isEqualTo(successor[0]);
    }

    @Test
    void a_slow_worker_that_fails_takes_nothing_from_its_successor() {
        assertThatThrownBy(() -> once.answer("caller", "key", "r", turn -> {
                    now.addAndGet(61_000);
                    return once.answer("caller", "key", "r", next -> {
                        turns.add(next);
                        throw new Problem(503, "pending", "of the successor's successor");
                    });
                }))
                .isInstanceOf(Problem.class);
        ask("r");
        assertThat(turns)
                .hasSize(2)
                .extracting(Turn::name)
                .containsOnly(turns.getFirst().name());
    }

    @Test
    void a_secret_is_told_by_the_turn_that_answers_and_is_nowhere_afterwards() {
        assertThat(once.answer("caller", "key", "r", turn -> Map.of("secret", "tg_live_x")))
                .isEqualTo("{\"secret\":\"tg_live_x\"}");
        assertThat(once.answer("caller", "key", "r", turn -> Map.of())).isEqualTo("{\"secret\":null}");
    }

    @Test
    void keys_of_two_callers_are_two_keys() {
        ask("r");
        once.answer("another", "key", "other", turn -> Map.of());
        assertThatThrownBy(() -> ask("other"))
                .isInstanceOfSatisfying(
                        Problem.class, used -> assertThat(used.status()).isEqualTo(422));
    }

    private String ask(String request, RuntimeException... failures) {
        return once.answer("caller", "key", request, turn -> {
            turns.add(turn);
            for (RuntimeException failure : failures) {
                throw failure;
            }
            return Map.of("made", turn.name());
        });
    }
}
