package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** The books of two gateways on one Redis and one SQL: the first one opened the shard and has its lease. */
@SuppressWarnings("NullAway.Init") // made before every test
class TwoBooksTest {
    private static final int SHARD = 7;
    private static final Executor HERE = Runnable::run;

    @TempDir
    Path folder;

    private RedisChild redis;
    private Records records;
    private Wallets.Wallet wallet;
    private WalletAddress at;
    private One first;
    private One second;

    /** What one gateway has of its own. */
    private final class One implements AutoCloseable {
        final ShardWatch watch = new ShardWatch();
        final ControlPort control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        final Journal journal;
        final Treasury treasury = new Treasury(records, control, Clock.systemUTC());
        final Books books;

        One(String name) throws IOException {
            journal = Journal.open(folder.resolve(name), JournalSettings.DEFAULTS, List.of(HERE, HERE));
            books = new Books(
                    records,
                    name,
                    control,
                    watch,
                    journal,
                    1,
                    treasury,
                    () -> {},
                    Duration.ofHours(1),
                    Duration.ofSeconds(60),
                    false,
                    Telemetry.NONE,
                    Clock.systemUTC());
        }

        PlaceResult place(String exchange, boolean reinstate) {
            return control.place(new Place(
                    at,
                    exchange,
                    1,
                    Usd.parse("0.10"),
                    Usd.parse("0.10"),
                    Duration.ofMinutes(1),
                    Duration.ofHours(1),
                    Usd.ZERO,
                    0,
                    "v",
                    "USD",
                    reinstate));
        }

        boolean isOpen() {
            return watch.closed(SHARD) == null;
        }

        @Override
        public void close() {
            books.close();
            journal.close();
            control.close();
        }
    }

    @BeforeEach
    void both_serve() throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        records = Records.sqlite(folder.resolve("records.db"));
        records.organisations().named("acme", "o_1", SHARD, 1);
        records.wallets().add("w_1", "o_1", "main", true, "t", 1);
        wallet = records.wallets().find("w_1").orElseThrow();
        at = Treasury.address(wallet);
        first = new One("first");
        second = new One("second");
        first.books.start();
        second.books.start();
        top(first, "t1");
        assertThat(first.isOpen()).isTrue();
        assertThat(second.isOpen()).isTrue();
    }

    @AfterEach
    void stop() {
        second.close();
        first.close();
        records.close();
        redis.close();
    }

    @Test
    void after_a_loss_nobody_admits_anything_new_before_every_living_gateway_has_placed_its_holds_again() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        second.books.onReopening(shards -> slow);
        lose(first);
        await().atMost(Duration.ofSeconds(4))
                .until(() ->
                        first.watch.fenced(SHARD) == null && !first.isOpen() && second.watch.fenced(SHARD) == null);
        assertThat(first.place("new", false)).isEqualTo(new PlaceResult.Unavailable("REINSTATING", false));
        assertThat(second.place("held before", true)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(first.isOpen()).isFalse();
        slow.complete(null);
        await().atMost(Duration.ofSeconds(4)).until(() -> first.isOpen() && second.isOpen());
        assertThat(first.place("new", false)).isInstanceOf(PlaceResult.Placed.class);
    }

    @Test
    void a_gateway_that_does_not_come_to_it_is_waited_for_ten_seconds_and_stays_closed_itself_until_it_does() {
        CompletableFuture<Void> late = new CompletableFuture<>();
        second.books.onReopening(shards -> late);
        lose(first);
        long since = System.nanoTime();
        await().atMost(Duration.ofSeconds(20)).until(() -> first.isOpen());
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThan(Duration.ofSeconds(8));
        assertThat(first.place("new", false)).isInstanceOf(PlaceResult.Placed.class);
        assertThat(second.isOpen()).isFalse();
        late.complete(null);
        await().atMost(Duration.ofSeconds(20)).until(() -> second.isOpen());
    }

    @Test
    void a_gateway_that_has_stopped_is_not_waited_for() {
        second.books.close();
        lose(first);
        await().atMost(Duration.ofSeconds(3)).until(() -> first.isOpen());
    }

    @Test
    void a_redis_that_went_back_without_a_restart_is_opened_anew_by_the_lease_though_only_the_other_noticed() {
        long epoch = records.shards().get(SHARD).epoch();
        Map<String, byte[]> before = copy();
        top(second, "t2");
        assertThat(first.watch.n(SHARD)).as("the first has not heard of it").isLessThan(second.watch.n(SHARD));
        setBack(before);
        assertThat(second.place("x", false)).isEqualTo(new PlaceResult.Unavailable("BEHIND", false));
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            assertThat(first.isOpen() && second.isOpen()).isTrue();
            assertThat(records.shards().get(SHARD).epoch()).isEqualTo(epoch + 1);
            assertThat(second.control.wallet(at).orElseThrow().balance()).isEqualTo(Usd.parse("2"));
        });
    }

    @Test
    void a_redis_that_restarted_or_was_set_back_while_nobody_asked_it_for_anything_is_opened_all_the_same() {
        Map<String, byte[]> before = copy();
        top(first, "t2");
        first.books.drainNow();
        List<Runnable> changes =
                List.of(() -> setBack(before), () -> raw(client -> client.hset("{s7}:m", "run", "another")));
        for (Runnable change : changes) {
            long epoch = records.shards().get(SHARD).epoch();
            change.run();
            await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                assertThat(records.shards().get(SHARD).epoch()).isGreaterThan(epoch);
                assertThat(first.isOpen() && second.isOpen()).isTrue();
                assertThat(first.control.wallet(at).orElseThrow().balance()).isEqualTo(Usd.parse("2"));
            });
        }
    }

    @Test
    void the_drain_goes_over_to_the_other_when_the_first_stops_and_only_one_takes_entries() {
        second.books.drainNow();
        assertThat(records.shards().get(SHARD).n()).as("the first one's").isZero();
        first.books.close();
        long drained = records.shards().get(SHARD).n();
        assertThat(drained).isEqualTo(2);
        top(second, "t2");
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            second.books.drainNow();
            assertThat(records.shards().get(SHARD).n()).isEqualTo(drained + 1);
        });
    }

    /** As after a restart: what recovery had stored of the server is not what it says now. */
    private void lose(One noticing) {
        raw(client -> client.hset("{s7}:m", "run", "another"));
        assertThat(noticing.place("noticed", false)).isEqualTo(new PlaceResult.Unavailable("FENCED", false));
    }

    private void top(One gateway, String entry) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.treasury.order(wallet, entry, EntryKind.TOP_UP, Usd.parse("1"), false, "r", "t")
                        instanceof Treasury.Outcome.Booked);
    }

    private Map<String, byte[]> copy() {
        Map<String, byte[]> copy = new HashMap<>();
        raw(client -> client.keys("{s7}*").forEach(key -> copy.put(key, client.dump(key))));
        return copy;
    }

    private void setBack(Map<String, byte[]> before) {
        raw(client -> {
            client.keys("{s7}*").forEach(client::del);
            before.forEach((key, value) -> client.restore(key, value, RestoreArgs.Builder.ttl(0)));
        });
    }

    private void raw(Consumer<RedisCommands<String, String>> told) {
        try (RedisClient client = RedisClient.create(redis.url());
                var connection = client.connect()) {
            told.accept(connection.sync());
        }
    }
}
