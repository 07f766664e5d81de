package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import tollgate.records.Records;

/**
 * A person's {@code restore} is killed behind every step of it and asked for again, a gateway perhaps being started too early
 * in between: the books end as those of a gateway whose Redis had lost nothing. What was killed bars nobody for longer than
 * ten seconds.
 */
@Wide
@SuppressWarnings("NullAway.Init") // made before all tests
class RestoreKillTest {
    /** Those of a recovery that a restore comes to, of the way in question. */
    private static final List<RecoveryStep> STEPS = List.of(
            RecoveryStep.LEASED,
            RecoveryStep.LINE_INTENDED,
            RecoveryStep.PART_BOOKED_AGAIN,
            RecoveryStep.BOOKED_AGAIN,
            RecoveryStep.REREAD,
            RecoveryStep.DRAINED,
            RecoveryStep.EPOCH_INTENDED,
            RecoveryStep.FENCE_OPENED,
            RecoveryStep.EPOCH_OPENED);

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
    }

    /** Every step, in the first shard and in the second; half of them with a gateway in between, all with and without by every. */
    static Stream<Arguments> steps() {
        List<Arguments> all = new ArrayList<>();
        List<ReturningRedis> ways = List.of(ReturningRedis.EMPTIED, ReturningRedis.ROLLED_BACK);
        for (ReturningRedis way : ways) {
            for (RecoveryStep step : STEPS) {
                for (int passage = 1; way.takes(step) && passage <= 2; passage++) {
                    boolean early = (STEPS.indexOf(step) + passage + ways.indexOf(way)) % 2 == 0;
                    all.add(Arguments.of(way, step, passage, early));
                    if (Breadth.every()) {
                        all.add(Arguments.of(way, step, passage, !early));
                    }
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}, killed behind {1} ({2}), a gateway too early: {3}")
    @MethodSource("steps")
    void a_restore_that_is_killed_behind_any_step_is_asked_for_again_and_ends_with_the_same_books(
            ReturningRedis way, RecoveryStep step, int passage, boolean early) throws Exception {
        Path copy = dead.copied(folder.resolve(way + "-" + step + "-" + passage + early));
        try (RedisProcess redis = way.of(dead, copy)) {
            assertThat(KilledBehind.process(
                            RestoringBooks.class,
                            copy.resolve("restore.log"),
                            copy.toString(),
                            ReturningRedis.url(redis),
                            step.name(),
                            Integer.toString(passage)))
                    .as("came to the step")
                    .isEqualTo(KilledBehind.KILLED);
            tenSecondsGoBy(copy);
            if (early) {
                startedTooEarly(copy, redis);
            }
            assertThat(RestoringBooks.run(copy, ReturningRedis.url(redis)))
                    .isNotEmpty()
                    .allSatisfy(shard -> assertThat(shard.why()).isNull());
            assertThat(RecoveringBooks.exact(copy, redis, false)).isEqualTo(undisturbed);
        }
    }

    /** Whatever the dead had leased is free by then. */
    private static void tenSecondsGoBy(Path copy) {
        try (Records records = Records.sqlite(copy.resolve("books.db"))) {
            long then = records.nowMs() + 10_001;
            assertThat(records.shards().used())
                    .hasSize(2)
                    .allSatisfy(shard -> assertThat(records.shards().lease(shard, "nobody", then, 0))
                            .as("lease of shard " + shard)
                            .isTrue());
        }
    }

    /** It goes on where SQL and Redis let it, and else says what to do. */
    private static void startedTooEarly(Path copy, RedisProcess redis) throws IOException {
        try (RecoveringBooks gateway = new RecoveringBooks(copy, ReturningRedis.url(redis), false)) {
            assertThat(gateway.opened())
                    .satisfiesAnyOf(
                            why -> assertThat(why).isNull(),
                            why -> assertThat(why).contains("EMPTIED").contains("tollgate restore"));
        }
    }
}
