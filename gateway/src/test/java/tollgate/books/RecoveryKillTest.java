package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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
import tollgate.records.Ledger;
import tollgate.records.Wallets;

/**
 * A gateway that died under load recovers, and is killed behind every step of it; the next start ends with the same books as
 * one that nobody disturbed: by whichever way Redis comes back.
 */
@Wide
@SuppressWarnings("NullAway.Init") // made before all tests
class RecoveryKillTest {
    private static final String DISK = "appendonly yes\nappendfsync always\nauto-aof-rewrite-percentage 0";

    @TempDir
    static Path folder;

    private static DeadGateway dead;
    private static Map<String, Usd> undisturbed;

    /** How Redis comes back, and what recovery has to do then. */
    enum Way {
        /** As it was. */
        RESTARTED,
        /** With nothing. */
        EMPTIED,
        /** With its files of some time ago. */
        ROLLED_BACK,
        /** With the keys of some time ago under a server that went on. */
        SET_BACK,
        /** As a replica that was behind. */
        PROMOTED;

        boolean takes(RecoveryStep step) {
            return switch (step) {
                case CLOSED -> this == SET_BACK;
                case LINE_INTENDED -> this == EMPTIED;
                case PART_BOOKED_AGAIN, BOOKED_AGAIN, REREAD -> this != RESTARTED;
                default -> true;
            };
        }
    }

    @BeforeAll
    static void a_gateway_died_under_load() throws Exception {
        dead = DeadGateway.underLoad(Files.createDirectory(folder.resolve("dead")));
        Path copy = dead.copied(folder.resolve("undisturbed"));
        try (RedisProcess redis = RedisProcess.start(dead.redisNow(copy), DISK)) {
            undisturbed = exact(copy, redis, false);
        }
        dead.told().forEach((exchange, charge) -> assertThat(undisturbed).containsEntry(exchange, charge));
    }

    /**
     * Every step of every way; of those that are taken shard by shard, or part by part, between two of them too. Where not
     * all is asked for every step, by a third of the ways: the whole takes twelve minutes ({@code TOLLGATE_FULL=every}).
     */
    static Stream<Arguments> steps() {
        List<Arguments> all = new ArrayList<>();
        for (Way way : Way.values()) {
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
        Way way = (Way) one.get()[0];
        RecoveryStep step = (RecoveryStep) one.get()[1];
        long ways = Stream.of(Way.values()).filter(each -> each.takes(step)).count();
        return ways < Way.values().length - 1
                || (List.of(Way.values()).indexOf(way)
                                        + List.of(RecoveryStep.values()).indexOf(step))
                                % 3
                        == 0;
    }

    @ParameterizedTest(name = "{0}, killed behind {1} ({2})")
    @MethodSource("steps")
    void a_recovery_that_is_killed_behind_any_step_ends_with_the_books_of_one_that_nobody_disturbed(
            Way way, RecoveryStep step, int passage) throws Exception {
        Path copy = dead.copied(folder.resolve(way + "-" + step + "-" + passage));
        try (RedisProcess redis = redis(way, copy)) {
            assertThat(killed(copy, redis, way == Way.EMPTIED, step, passage))
                    .as("came to the step")
                    .isEqualTo(RecoveringBooks.KILLED);
            long since = System.nanoTime();
            assertThat(exact(copy, redis, way == Way.EMPTIED)).isEqualTo(undisturbed);
            System.out.printf(
                    "%-11s killed behind %-19s (%d): exact again after %.2f s%n",
                    way, step, passage, (System.nanoTime() - since) / 1e9);
        }
    }

    private static RedisProcess redis(Way way, Path copy) throws Exception {
        return switch (way) {
            case RESTARTED -> RedisProcess.start(dead.redisNow(copy), DISK);
            case EMPTIED -> RedisProcess.start(Files.createDirectory(copy.resolve("empty")), DISK);
            case ROLLED_BACK -> RedisProcess.start(dead.redisThen(copy), DISK);
            case SET_BACK -> {
                RedisProcess redis = RedisProcess.start(dead.redisThen(copy), DISK);
                try (RedisClient client = RedisClient.create(url(redis));
                        var connection = client.connect()) {
                    String run = connection
                            .sync()
                            .info("replication")
                            .lines()
                            .filter(line -> line.startsWith("master_replid:"))
                            .map(line ->
                                    line.substring("master_replid:".length()).strip())
                            .findFirst()
                            .orElseThrow();
                    connection
                            .sync()
                            .keys("{s*}:m")
                            .forEach(meta -> connection.sync().hset(meta, "run", run));
                }
                yield redis;
            }
            case PROMOTED -> {
                RedisProcess primary = RedisProcess.start(dead.redisThen(copy), DISK);
                RedisProcess replica = RedisProcess.start(
                        Files.createDirectory(copy.resolve("replica")),
                        DISK + "\nreplicaof 127.0.0.1 " + primary.port());
                try (RedisClient client = RedisClient.create(url(replica));
                        var connection = client.connect()) {
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> connection.sync().info("replication").contains("master_link_status:up"));
                    primary.kill();
                    connection.sync().replicaofNoOne();
                }
                yield replica;
            }
        };
    }

    private static String url(RedisProcess redis) {
        return "redis://127.0.0.1:" + redis.port();
    }

    private static int killed(Path copy, RedisProcess redis, boolean restores, RecoveryStep step, int passage)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RecoveringBooks.class.getName(),
                        copy.toString(),
                        url(redis),
                        Boolean.toString(restores),
                        step.name(),
                        Integer.toString(passage))
                .redirectErrorStream(true)
                .redirectOutput(copy.resolve("recovery.log").toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Recovers undisturbed; what each wallet has and each exchange took, once all books agree and nothing is held. */
    private static Map<String, Usd> exact(Path copy, RedisProcess redis, boolean restores) throws IOException {
        try (RecoveringBooks books = new RecoveringBooks(copy, url(redis), restores)) {
            assertThat(books.recovered()).isTrue();
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                Map<String, ?> verified = books.verification().run();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
            });
            Map<String, Usd> money = new TreeMap<>();
            for (Wallets.Wallet wallet : books.records.wallets().list("", 100).data()) {
                var state = books.control.wallet(Treasury.address(wallet)).orElseThrow();
                assertThat(state.held()).as("held of " + wallet.id()).isEqualTo(Usd.ZERO);
                assertThat(state.state()).isEqualTo(wallet.state());
                money.put(wallet.id(), state.balance());
                List<Ledger.Entry> entries = books.records.ledger().ofWallet(wallet.id(), 0, 10_000);
                entries.stream()
                        .filter(entry -> !entry.exchange().isEmpty())
                        .forEach(entry ->
                                money.merge(entry.exchange(), Usd.ZERO.minus(new Usd(entry.amount())), Usd::plus));
                entries.stream()
                        .filter(entry ->
                                entry.exchange().isEmpty() && !entry.kind().equals("grant_expiry"))
                        .forEach(entry -> assertThat(money.put(entry.entry(), new Usd(entry.amount())))
                                .as("booked once: " + entry)
                                .isNull());
            }
            charges(books, money);
            return money;
        }
    }

    /** Of every exchange the record says what the ledger took. */
    private static void charges(RecoveringBooks books, Map<String, Usd> money) {
        for (Wallets.Wallet wallet : books.records.wallets().list("", 100).data()) {
            books.records
                    .exchanges()
                    .last(wallet.id(), 1_000)
                    .forEach(each -> assertThat(Objects.requireNonNullElse(money.get(each.id()), Usd.ZERO))
                            .as("charge of " + each.id())
                            .isEqualTo(new Usd(each.charge())));
        }
    }
}
