package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Caps;
import tollgate.records.Records;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapDemands;
import tollgate.wallet.CapUnit;
import tollgate.wallet.ControlPort;
import tollgate.wallet.EntryKind;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** Counters of caps that somebody has been at: verify says so. */
@SuppressWarnings("NullAway.Init") // made before every test
class CapVerificationTest {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final WalletAddress AT = new WalletAddress(7, "o_1", "w_1");
    private static final String COUNTER = "{s7}:c:c_1:o_1";
    private static final String RING = "{s7}:c:c_2:o_1";

    @TempDir
    Path folder;

    private RedisChild redis;
    private Records records;
    private ControlPort control;
    private Journal journal;
    private Books books;

    @BeforeEach
    void exchanges_under_two_caps_done_drained_and_open() throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        records = Records.sqlite(folder.resolve("records.db"));
        ShardWatch watch = new ShardWatch();
        control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        journal = Journal.open(
                folder.resolve("journal"), JournalSettings.DEFAULTS, List.<Executor>of(Runnable::run, Runnable::run));
        records.organisations().named("acme", "o_1", 7, 1);
        records.wallets().add("w_1", "o_1", "main", true, "t", 1);
        for (String cap : List.of("c_1", "c_2")) {
            records.caps()
                    .add(new Caps.Cap(cap, "o_1", "org", "o_1", "usd", 500, "lifetime", false, "", "", 1, 0, 1, null));
        }
        Treasury treasury = new Treasury(records, control, Clock.systemUTC());
        books = new Books(
                records,
                "here",
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
        books.start();
        treasury.order(
                records.wallets().find("w_1").orElseThrow(), "t1", EntryKind.TOP_UP, new Usd(1000), false, "r", "t");
        place("x1");
        settle("x1");
        books.drainNow();
        place("x2");
        settle("x2");
        place("x3");
        assertThat(problems()).isEmpty();
    }

    @AfterEach
    void stop() {
        books.close();
        journal.close();
        control.close();
        records.close();
        redis.close();
    }

    private void place(String id) {
        CapDemands caps = new CapDemands(
                List.of(
                        new CapDemand(
                                "c_1", "o_1", 1, 0, CapUnit.USD, 500, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS),
                        new CapDemand("c_2", "o_1", 1, 0, CapUnit.TOKENS, 500, 60_000, 0, 0, 0),
                        new CapDemand(
                                "c_3", "o_1", 1, 0, CapUnit.OPEN, 5, 0, 0, CapDemand.NEVER_MS, CapDemand.NEVER_MS),
                        new CapDemand("c_4", "o_1", 1, 0, CapUnit.RATE, 500, 60_000, 0, 0, 0)),
                10,
                10);
        assertThat(control.place(new Place(
                        AT, id, 1, new Usd(50), new Usd(50), LIFE, LIFE, Usd.ZERO, 2, "v", "USD", false, caps)))
                .isInstanceOf(PlaceResult.Placed.class);
    }

    private void settle(String id) {
        assertThat(control.settle(new Settle(
                        AT, id, "f", new Usd(30), false, "chat m", false, new Settle.Counted(HeldCaps.NONE, 7, true))))
                .isInstanceOf(SettleResult.Settled.class);
    }

    private List<String> problems() {
        return new CapVerification(records, control).problems(7);
    }

    @ParameterizedTest(name = "{0} {1} by {2}")
    @CsvSource({
        "{s7}:c:c_1:o_1, 0:s, 1",
        "{s7}:c:c_1:o_1, 0:s, -1",
        "{s7}:c:c_1:o_1, 0:h, 1",
        "{s7}:c:c_1:o_1, 0:h, -50",
        "{s7}:c:c_2:o_1, s, 1",
        "{s7}:c:c_2:o_1, h, -1",
        "{s7}:c:c_1:o_1, rn, 100",
        "{s7}:c:c_3:o_1, 0:h, 1",
        "{s7}:c:c_3:o_1, 0:h, -1"
    })
    void an_altered_counter_is_told_of(String key, String field, long by) {
        raw(commands -> commands.hincrby(key, field, by));
        assertThat(problems()).isNotEmpty();
    }

    @Test
    void a_counter_that_is_missing_is_told_of_and_one_of_a_removed_cap_is_not() {
        raw(commands -> commands.del(RING));
        assertThat(problems()).singleElement().asString().contains("c_2:o_1").contains("no such counter");
        records.caps().remove("c_2", 5);
        assertThat(problems()).isEmpty();
    }

    @Test
    void a_reset_counts_from_its_own_entry_on_whether_sql_has_it_or_not() {
        control.resetCap(AT, "c_1", "o_1", 2);
        assertThat(problems()).isEmpty();
        settle("x3");
        assertThat(problems()).isEmpty();
        books.drainNow();
        assertThat(problems()).isEmpty();
        assertThat(control.caps().find(7, "c_1:o_1").orElseThrow().spent()).containsEntry(0L, 30L);
        assertThat(records.ledger().capped(7, 0, 10)).hasSize(4);
        raw(commands -> commands.hset(COUNTER, "0:s", "90"));
        assertThat(problems()).as("as if it had never been reset").isNotEmpty();
    }

    private void raw(Consumer<RedisCommands<String, String>> task) {
        try (RedisClient client = RedisClient.create(RedisURI.create(redis.url()));
                var connection = client.connect()) {
            task.accept(connection.sync());
        }
    }
}
