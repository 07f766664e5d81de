package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.Breadth;
import tollgate.Wide;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;

/**
 * A gateway that died under load recovers, and is killed behind every step of it; the next start ends with the same books as
 * one that nobody disturbed: by whichever way Redis comes back.
 */
@Wide
@SuppressWarnings("NullAway.Init") // made before all tests
class RecoveryKillTest {
    @TempDir
    static Path folder;

    private static DeadGateway dead;
    private static Map<String, Usd> undisturbed;

    @BeforeAll
    static void a_gateway_died_under_load() throws Exception {
        dead = DeadGateway.underLoad(Files.createDirectory(folder.resolve("dead")));
        Path copy = dead.copied(folder.resolve("undisturbed"));
        try (RedisProcess redis = ReturningRedis.RESTARTED.of(dead, copy)) {
            undisturbed = RecoveringBooks.exact(copy, redis, false);
        }
        dead.told().forEach((exchange, charge) -> assertThat(undisturbed).containsEntry(exchange, charge));
    }

    /**
     * Every step of every way; of those that are taken shard by shard, or part by part, between two of them too. Where not
     * all is asked for every step, by a third of the ways: the whole takes twelve minutes ({@code TOLLGATE_FULL=every}).
     */
    static Stream<Arguments> steps() {
        List<Arguments> all = new ArrayList<>();
        for (ReturningRedis way : ReturningRedis.values()) {
            for (RecoveryStep step : RecoveryStep.values()) {
                if (way.takes(step)) {
                    all.add(Arguments.of(way, step, 1));
                }
            }
            all.add(Arguments.of(way, RecoveryStep.EPOCH_INTENDED, 2));
            all.add(Arguments.of(way, RecoveryStep.FENCE_OPENED, 2));
            if (way.takes(RecoveryStep.PART_BOOKED_AGAIN)) {
                all.add(Arguments.of(way, RecoveryStep.PART_BOOKED_AGAIN, 2));
            }
        }
        return Breadth.every() ? all.stream() : all.stream().filter(RecoveryKillTest::drawn);
    }

    private static boolean drawn(Arguments one) {
        ReturningRedis way = (ReturningRedis) one.get()[0];
        RecoveryStep step = (RecoveryStep) one.get()[1];
        long ways = Stream.of(ReturningRedis.values())
                .filter(each -> each.takes(step))
                .count();
        return ways < ReturningRedis.values().length - 1
                || (List.of(ReturningRedis.values()).indexOf(way)
                                        + List.of(RecoveryStep.values()).indexOf(step))
                                % 3
                        == 0;
    }

    @ParameterizedTest(name = "{0}, killed behind {1} ({2})")
    @MethodSource("steps")
    void a_recovery_that_is_killed_behind_any_step_ends_with_the_books_of_one_that_nobody_disturbed(
            ReturningRedis way, RecoveryStep step, int passage) throws Exception {
        Path copy = dead.copied(folder.resolve(way + "-" + step + "-" + passage));
        try (RedisProcess redis = way.of(dead, copy)) {
            assertThat(KilledBehind.process(
                            RecoveringBooks.class,
                            copy.resolve("recovery.log"),
                            copy.toString(),
                            ReturningRedis.url(redis),
                            Boolean.toString(way == ReturningRedis.EMPTIED),
                            step.name(),
                            Integer.toString(passage)))
                    .as("came to the step")
                    .isEqualTo(KilledBehind.KILLED);
            long since = System.nanoTime();
            assertThat(RecoveringBooks.exact(copy, redis, way == ReturningRedis.EMPTIED))
                    .isEqualTo(undisturbed);
            System.out.printf(
                    "%-11s killed behind %-19s (%d): exact again after %.2f s%n",
                    way, step, passage, (System.nanoTime() - since) / 1e9);
        }
    }
}
