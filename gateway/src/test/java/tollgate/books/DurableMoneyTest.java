package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Wide;
import tollgate.embedded.RedisProcess;
import tollgate.pricing.Usd;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.Fence;
import tollgate.wallet.Post;
import tollgate.wallet.PostResult;
import tollgate.wallet.RedisAddress;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** Money that comes in is acknowledged once it is on the disk of a Redis that can tell. */
@Wide
@EnabledIfEnvironmentVariable(
        named = RedisProcess.VALKEY,
        matches = ".+",
        disabledReason = "needs a server with WAITAOF: .ci/run brings one")
@SuppressWarnings("NullAway.Init") // made before every test
class DurableMoneyTest {
    private static final WalletAddress AT = new WalletAddress(7, "o_1", "w_1");

    @TempDir
    Path folder;

    private final ShardWatch watch = new ShardWatch();
    private RedisProcess redis;
    private ControlPort control;
    private Records records;
    private Treasury treasury;
    private Wallets.Wallet wallet;

    @BeforeEach
    void start() throws Exception {
        // a log that nobody forces to disk
        redis = RedisProcess.valkey(Files.createDirectory(folder.resolve("redis")), "appendonly yes\nappendfsync no\n");
        control = ControlPort.connect(
                RedisAddress.parse("redis://127.0.0.1:" + redis.port()),
                watch,
                Usd.parse("10"),
                Duration.ofMillis(1_500));
        assertThat(control.fence(7, new Fence(true, "line", 1, 0, 0, Duration.ZERO, Duration.ZERO)))
                .isNotNull();
        watch.ready(7, 1, 0);
        watch.open(7);
        records = Records.sqlite(folder.resolve("records.db"));
        records.organisations().named("acme", "o_1", 7, 1);
        records.wallets().add("w_1", "o_1", "main", true, "t", 1);
        wallet = records.wallets().find("w_1").orElseThrow();
        treasury = new Treasury(records, control, Clock.systemUTC());
        assertThat(control.post(post("open", EntryKind.OPEN, Usd.ZERO))).isInstanceOf(PostResult.Posted.class);
    }

    @AfterEach
    void stop() {
        control.close();
        records.close();
        redis.close();
    }

    private static Post post(String entry, EntryKind kind, Usd amount) {
        return new Post(AT, entry, kind, amount, false, "USD", "r", "t");
    }

    private void forces(String how) {
        try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", redis.port()));
                var connection = client.connect()) {
            connection.sync().configSet("appendfsync", how);
        }
    }

    private Treasury.Outcome ordered(String entry) {
        return treasury.order(wallet, entry, EntryKind.TOP_UP, Usd.parse("5"), false, "r", "t");
    }

    @Test
    void what_is_not_on_disk_in_time_is_pending_and_booked_once_however_often_it_is_asked_for() {
        assertThat(control.waitsForDisk()).isTrue();
        assertThat(ordered("t1"))
                .isInstanceOfSatisfying(
                        Treasury.Outcome.Pending.class,
                        pending ->
                                assertThat(pending.why()).isEqualTo("booked, but not on Redis's disk within 1500 ms"));
        assertThat(ordered("t1")).isInstanceOf(Treasury.Outcome.Pending.class);
        assertThat(records.postings().open()).extracting(each -> each.entry()).contains("t1");
        forces("always");
        assertThat(ordered("t1")).isEqualTo(new Treasury.Outcome.Booked(Usd.parse("5")));
        assertThat(control.wallet(AT).orElseThrow().balance()).isEqualTo(Usd.parse("5"));
        assertThat(control.entries(7, "", 10)).hasSize(2);
    }

    @Test
    void what_another_connection_had_booked_is_waited_for_as_well() {
        Post post = post("t1", EntryKind.TOP_UP, Usd.parse("5"));
        assertThat(control.post(post)).isInstanceOf(PostResult.Posted.class);
        assertThat(control.postDurably(post)).isInstanceOf(PostResult.NotOnDisk.class);
    }

    @Test
    void a_log_forced_every_second_is_waited_for_by_many_at_once() {
        forces("everysec");
        long since = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<PostResult>> asked = IntStream.range(0, 30)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> control.postDurably(post("t" + i, EntryKind.TOP_UP, Usd.parse("1"))), threads))
                    .toList();
            assertThat(asked).allSatisfy(each -> assertThat(each.join()).isInstanceOf(PostResult.Posted.class));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(10));
        assertThat(control.wallet(AT).orElseThrow().balance()).isEqualTo(Usd.parse("30"));
    }

    @Test
    void a_refusal_is_told_without_waiting() {
        assertThat(control.postDurably(post("a1", EntryKind.ADJUST, new Usd(-1))))
                .isInstanceOf(PostResult.InsufficientFunds.class);
    }
}
