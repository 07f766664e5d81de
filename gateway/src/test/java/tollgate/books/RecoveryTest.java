package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.Journal;
import tollgate.journal.JournalEntry;
import tollgate.journal.JournalSettings;
import tollgate.journal.Reservation;
import tollgate.journal.UsageRecord;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.ControlPort;
import tollgate.wallet.DueHold;
import tollgate.wallet.EntryKind;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** The books over real Redis, SQLite and journal files, with gateways that are dead to begin with. */
@SuppressWarnings("NullAway.Init") // made before every test
class RecoveryTest {
    private static final Executor HERE = Runnable::run;
    private static final Usd HELD = Usd.parse("0.50");
    private static final Usd CHARGE = Usd.parse("0.25");

    @TempDir
    Path folder;

    private RedisChild redis;
    private Records records;
    private ControlPort control;
    private ShardWatch watch;
    private Journal dead;
    private Books first;
    private Wallets.Wallet wallet;
    private WalletAddress at;

    @BeforeEach
    void a_gateway_with_a_funded_wallet() throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        records = Records.sqlite(folder.resolve("records.db"));
        watch = new ShardWatch();
        control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        dead = journal();
        records.organisations().named("acme", "o_1", 7, 1);
        records.wallets().add("w_1", "o_1", "main", true, "t", 1);
        wallet = records.wallets().find("w_1").orElseThrow();
        at = Treasury.address(wallet);
        first = books(dead, Duration.ofHours(1));
        first.start();
        Treasury treasury = new Treasury(records, control, Clock.systemUTC());
        assertThat(treasury.order(wallet, "t1", EntryKind.TOP_UP, Usd.parse("1"), false, "r", "t"))
                .isEqualTo(new Treasury.Outcome.Booked(Usd.parse("1")));
    }

    @AfterEach
    void stop() {
        first.close();
        control.close();
        records.close();
        redis.close();
    }

    @Test
    void a_charge_of_which_no_byte_had_left_stands_and_is_given_back() throws IOException {
        Reservation open = exchange("x1");
        open.settle(entry("x1"), () -> {});
        assertThat(control.settle(settle("x1"))).isInstanceOf(SettleResult.Settled.class);
        restarted(() -> {
            assertThat(balance()).isEqualTo(Usd.parse("1"));
            assertThat(kinds()).containsExactly("open", "top_up", "settle", "refund");
        });
    }

    @Test
    void a_charge_that_had_left_stands() throws IOException {
        Reservation open = exchange("x1");
        open.left();
        open.settle(entry("x1"), () -> {});
        assertThat(control.settle(settle("x1"))).isInstanceOf(SettleResult.Settled.class);
        restarted(() -> {
            assertThat(balance()).isEqualTo(Usd.parse("0.75"));
            assertThat(kinds()).containsExactly("open", "top_up", "settle");
        });
    }

    @Test
    void a_settlement_that_redis_never_heard_of_is_booked_from_the_journal() throws IOException {
        Reservation open = exchange("x1");
        open.left();
        open.settle(entry("x1"), () -> {});
        restarted(() -> assertThat(balance()).isEqualTo(Usd.parse("0.75")));
    }

    @Test
    void an_exchange_that_was_open_is_settled_at_what_had_left() throws IOException {
        Reservation relayed = exchange("x1");
        relayed.accrued(1_000);
        relayed.left();
        exchange("x2");
        restarted(() -> {
            assertThat(balance()).isEqualTo(Usd.parse("1").minus(new Usd(1_000)));
            assertThat(control.wallet(at).orElseThrow().held()).isEqualTo(Usd.ZERO);
            assertThat(records.exchanges().find("x1").orElseThrow().ended()).isEqualTo("gateway_stopped");
            assertThat(records.exchanges().find("x2").orElseThrow().charge()).isZero();
        });
    }

    @Test
    void what_a_lost_machine_took_along_is_made_from_the_ledger_and_replaced_by_what_it_says_later()
            throws IOException {
        place("x1");
        assertThat(control.settle(settle("x1"))).isInstanceOf(SettleResult.Settled.class);
        place("x2");
        DueHold due = new DueHold("x2", "o_1", "w_1", 1, expired("x2"));
        assertThat(control.expire(7, due)).isInstanceOf(SettleResult.Settled.class);
        first.drainNow();
        Reconstruction later = new Reconstruction(
                records,
                control,
                Clock.offset(Clock.systemUTC(), Duration.ofHours(1)),
                Duration.ofMinutes(10),
                Duration.ZERO);
        later.record(7);
        Exchanges.Exchange made = records.exchanges().find("x1").orElseThrow();
        assertThat(made.reconstructed()).isTrue();
        assertThat(made.charge()).isEqualTo(CHARGE.nano());
        assertThat(made.model()).isEqualTo("gpt-5");
        assertThat(records.exchanges().find("x2").orElseThrow().ended()).isEqualTo("uncollected");
        later.finish();
        assertThat(control.exchange(7, "x2").orElseThrow().state()).isEqualTo("FINAL");
        records.exchanges().add(List.of(ExchangeRow.of(entry("x1"))));
        later.record(7);
        assertThat(records.exchanges().find("x1").orElseThrow().reconstructed()).isFalse();
        assertThat(records.exchanges().charges("w_1")).isEqualTo(CHARGE.nano());
    }

    /** Nobody renewed it: its expiry is put into the past, as time would. */
    private long expired(String exchange) {
        long past = control.nowMs() - 1;
        try (RedisClient client = RedisClient.create(redis.url());
                var connection = client.connect()) {
            connection.sync().zadd("{s7}:hx", (double) past, exchange);
        }
        return past;
    }

    private void place(String id) {
        PlaceResult placed = control.place(
                new Place(at, id, 1, HELD, HELD, Duration.ofMinutes(1), Duration.ofHours(1), Usd.ZERO, 0, "v", false));
        assertThat(placed).isInstanceOf(PlaceResult.Placed.class);
    }

    /** The journal's process is gone; another run takes over, and what is asserted comes true. */
    private void restarted(Runnable asserted) throws IOException {
        try (Journal again = journal();
                Books second = books(again, Duration.ZERO)) {
            watch.close(7, "restart");
            second.start();
            await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                second.drainNow();
                asserted.run();
                assertThat(again.pending()).isZero();
            });
        }
    }

    private Reservation exchange(String id) {
        place(id);
        Reservation open = Objects.requireNonNull(dead.loop(0).reserve());
        open.open(facts(id));
        return open;
    }

    private ExchangeFacts facts(String id) {
        return new ExchangeFacts(
                id,
                at,
                true,
                "k_1",
                null,
                null,
                "chat",
                "openai",
                "gpt-5",
                "openai",
                true,
                HELD,
                null,
                "v",
                Map.of(),
                null,
                Map.of(),
                List.of(),
                null,
                null,
                Instant.now());
    }

    private Settle settle(String id) {
        return new Settle(at, id, "print", CHARGE, false, "chat gpt-5");
    }

    private JournalEntry entry(String id) {
        UsageRecord usage = new UsageRecord(
                facts(id),
                "gpt-5",
                "complete",
                "wallet",
                Map.of("output", 5L),
                0,
                false,
                CHARGE,
                CHARGE,
                Usd.ZERO,
                Usd.ZERO,
                List.of(),
                List.of(),
                200,
                null,
                Map.of(),
                Instant.now());
        return new JournalEntry(settle(id), usage);
    }

    private Usd balance() {
        return control.wallet(at).orElseThrow().balance();
    }

    private List<String> kinds() {
        return records.ledger().ofWallet("w_1", 0, 100).stream()
                .map(each -> each.kind())
                .toList();
    }

    private Journal journal() throws IOException {
        return Journal.open(folder.resolve("journal"), JournalSettings.DEFAULTS, List.of(HERE, HERE));
    }

    private Books books(Journal journal, Duration drainAfter) {
        return new Books(
                records,
                control,
                watch,
                journal,
                1,
                new Treasury(records, control, Clock.systemUTC()),
                () -> {},
                drainAfter,
                Duration.ofSeconds(60),
                Telemetry.NONE,
                Clock.systemUTC());
    }
}
