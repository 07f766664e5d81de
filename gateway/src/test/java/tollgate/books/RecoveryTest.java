package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.journal.Reservation;
import tollgate.pricing.Usd;
import tollgate.records.Audit;
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
        open.settle(SampleExchange.entry(at, "x1"), () -> {});
        assertThat(control.settle(SampleExchange.settle(at, "x1"))).isInstanceOf(SettleResult.Settled.class);
        restarted(() -> {
            assertThat(balance()).isEqualTo(Usd.parse("1"));
            assertThat(kinds()).containsExactly("open", "top_up", "settle", "refund");
        });
    }

    @Test
    void a_charge_that_had_left_stands() throws IOException {
        Reservation open = exchange("x1");
        open.left();
        open.settle(SampleExchange.entry(at, "x1"), () -> {});
        assertThat(control.settle(SampleExchange.settle(at, "x1"))).isInstanceOf(SettleResult.Settled.class);
        restarted(() -> {
            assertThat(balance()).isEqualTo(Usd.parse("0.75"));
            assertThat(kinds()).containsExactly("open", "top_up", "settle");
        });
    }

    @Test
    void a_settlement_that_redis_never_heard_of_is_booked_from_the_journal() throws IOException {
        Reservation open = exchange("x1");
        open.left();
        open.settle(SampleExchange.entry(at, "x1"), () -> {});
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
            assertThat(records.exchanges().find("x1").orElseThrow().ended()).isEqualTo("gateway_died");
            assertThat(records.exchanges().find("x2").orElseThrow().charge()).isZero();
        });
    }

    @Test
    void what_a_lost_machine_took_along_is_made_from_the_ledger_and_replaced_by_what_it_says_later()
            throws IOException {
        place("x1");
        assertThat(control.settle(SampleExchange.settle(at, "x1"))).isInstanceOf(SettleResult.Settled.class);
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
        assertThat(made.charge()).isEqualTo(SampleExchange.CHARGE.nano());
        assertThat(made.model()).isEqualTo("gpt-5");
        assertThat(records.exchanges().find("x2").orElseThrow().ended()).isEqualTo("uncollected");
        later.finish(shard -> true);
        assertThat(control.exchange(7, "x2").orElseThrow().state()).isEqualTo("FINAL");
        records.exchanges().add(List.of(ExchangeRow.of(SampleExchange.entry(at, "x1"))));
        later.record(7);
        assertThat(records.exchanges().find("x1").orElseThrow().reconstructed()).isFalse();
        assertThat(records.exchanges().charges("w_1")).isEqualTo(SampleExchange.CHARGE.nano());
    }

    @Test
    void holds_that_cannot_expire_keep_no_other_from_expiring() throws IOException {
        order("t2", "1000");
        records.wallets().add("w_2", "o_1", "second", true, "t", 1);
        first.sendNow();
        for (int i = 0; i < 100; i++) {
            place("y" + i);
            expired("y" + i);
        }
        Place other = new Place(
                Treasury.address(records.wallets().find("w_2").orElseThrow()),
                "z",
                1,
                Usd.ZERO,
                Usd.ZERO,
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Usd.ZERO,
                0,
                "v",
                "USD",
                false);
        assertThat(control.place(other)).isInstanceOf(PlaceResult.Placed.class);
        first.close();
        expired("z");
        raw(redis -> redis.hset("{s7}:w:w_1", "over", "1e3"));
        new Reaper(control, Telemetry.NONE, 0).reap(List.of(7));
        assertThat(control.exchange(7, "z").orElseThrow().state()).isEqualTo("EXPIRED");
        assertThat(control.exchange(7, "y1").orElseThrow().state()).isEqualTo("OPEN");
    }

    @Test
    void members_of_the_index_without_a_record_are_forgotten() throws IOException {
        place("x1");
        first.close();
        for (int i = 0; i < 250; i++) {
            String ghost = "ghost" + i;
            double score = i;
            raw(redis -> redis.zadd("{s7}:hx", score, ghost));
        }
        expired("x1");
        new Reaper(control, Telemetry.NONE, 0).reap(List.of(7));
        assertThat(raw(redis -> redis.zcard("{s7}:hx")).longValue()).isZero();
        assertThat(control.exchange(7, "x1").orElseThrow().state()).isEqualTo("EXPIRED");
    }

    @Test
    void a_second_entry_of_a_name_that_sql_knows_is_a_fork_and_moves_nothing() {
        place("x1");
        control.settle(SampleExchange.settle(at, "x1"));
        first.drainNow();
        long drained = records.shards().get(7).n();
        raw(redis -> redis.del("{s7}:x:x1"));
        assertThat(control.replay(new ControlPort.Gone(SampleExchange.settle(at, "x1"), Usd.ZERO, -1, List.of())))
                .isInstanceOf(SettleResult.Settled.class);
        first.drainNow();
        assertThat(records.shards().get(7).n()).isEqualTo(drained);
        assertThat(kinds()).containsExactly("open", "top_up", "settle");
    }

    @Test
    void a_record_gets_its_time_to_live_only_from_sql() {
        place("x2");
        control.expire(7, new DueHold("x2", "o_1", "w_1", 1, expired("x2")));
        first.drainNow();
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
        new Reconstruction(records, control, later, Duration.ofMinutes(10), Duration.ZERO).finish(shard -> true);
        assertThat(control.exchange(7, "x2").orElseThrow().state()).isEqualTo("FINAL");
        assertThat(raw(redis -> redis.ttl("{s7}:x:x2")).longValue()).isEqualTo(-1);
        first.drainNow();
        assertThat(raw(redis -> redis.ttl("{s7}:x:x2")).longValue()).isPositive();
        assertThat(raw(redis -> redis.ttl("{s7}:p:t1")).longValue())
                .as("of a posting")
                .isPositive();
    }

    @Test
    void the_journal_lets_nothing_go_whose_usage_record_is_not_in_sql() throws Exception {
        Reservation open = exchange("x1");
        open.left();
        first.close();
        open.settle(SampleExchange.entry(at, "x1"), () -> {});
        control.settle(SampleExchange.settle(at, "x1"));
        raw(redis -> redis.hset("{s7}:m", "run", "another"));
        sql("ALTER TABLE exchange RENAME TO exchange_away");
        Journal again = journal();
        watch.close(7, "restart");
        try (Books second = books(again, Duration.ZERO)) {
            second.start();
            assertThat(records.ledger().find("x1")).as("its ledger entry").isPresent();
            assertThat(again.find("x1")).isPresent();
        }
        sql("ALTER TABLE exchange_away RENAME TO exchange");
        restarted(() -> assertThat(records.exchanges().find("x1")).isPresent());
        again.close();
    }

    @Test
    void a_settlement_that_the_wallet_refuses_for_good_is_outside_the_charges() {
        Reservation open = exchange("x1");
        open.left();
        raw(redis -> redis.hset("{s7}:w:w_1", "over", "1e3"));
        open.settle(SampleExchange.entry(at, "x1"), () -> {});
        open.close();
        await().atMost(Duration.ofSeconds(15)).until(() -> dead.pending() == 0);
        assertThat(records.suspense().parked()).hasSize(1);
        assertThat(records.exchanges().charges("w_1")).isZero();
    }

    @Test
    void entries_that_sql_never_had_are_booked_again_when_redis_went_back_beside_a_living_gateway() {
        first.drainNow();
        Map<String, byte[]> before = new HashMap<>();
        raw(redis -> {
            redis.keys("{s7}*").forEach(key -> before.put(key, redis.dump(key)));
            return before;
        });
        Reservation open = exchange("x1");
        open.left();
        open.settle(SampleExchange.entry(at, "x1"), () -> {});
        open.close();
        assertThat(control.settle(SampleExchange.settle(at, "x1"))).isInstanceOf(SettleResult.Settled.class);
        raw(redis -> {
            redis.keys("{s7}*").forEach(redis::del);
            before.forEach((key, value) -> redis.restore(key, 0, value));
            return redis.hset("{s7}:m", "run", "another");
        });
        control.settle(SampleExchange.settle(at, "told that the fence is shut"));
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            assertThat(first.notReady()).isNull();
            assertThat(balance()).isEqualTo(Usd.parse("0.75"));
        });
    }

    @Test
    void money_paid_in_waits_until_a_damaged_wallet_is_mended() {
        raw(redis -> redis.hset("{s7}:w:w_1", "seq", "1e3"));
        assertThat(order("paid", "100")).isInstanceOf(Treasury.Outcome.Pending.class);
        raw(redis -> redis.hset("{s7}:w:w_1", "seq", "2"));
        first.sendNow();
        assertThat(balance()).isEqualTo(Usd.parse("101"));
        assertThat(order("paid", "100")).isEqualTo(new Treasury.Outcome.Booked(Usd.parse("101")));
    }

    @Test
    void a_person_who_lifts_a_freeze_is_not_overruled_by_the_drain() {
        Treasury treasury = new Treasury(records, control, Clock.systemUTC());
        place("x1");
        control.settle(new Settle(at, "x1", "p", Usd.parse("20"), false, "chat gpt-5"));
        assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("frozen");
        treasury.setState(wallet, "active", new Audit.Word("test", "", 0));
        first.drainNow();
        assertThat(records.wallets().find("w_1").orElseThrow().state()).isEqualTo("active");
        treasury.resendStates();
        assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("active");
    }

    @Test
    void a_key_of_another_type_is_refused_by_name_and_moves_no_money() {
        place("x1");
        for (String key : List.of("{s7}:hx", "{s7}:l", "{s7}:x:x1", "{s7}:w:w_1", "{s7}:m")) {
            String type = raw(redis -> redis.type(key));
            byte[] kept = raw(redis -> redis.dump(key));
            raw(redis -> redis.del(key));
            raw(redis -> redis.set(key, "of another type"));
            for (int sent = 0; sent < 3; sent++) {
                SettleResult settled = control.settle(SampleExchange.settle(at, "x1"));
                assertThat(settled)
                        .as(key + " was a " + type)
                        .isInstanceOfSatisfying(
                                SettleResult.Rejected.class,
                                refused -> assertThat(refused.code()).isEqualTo("CORRUPT"));
            }
            raw(redis -> redis.del(key));
            raw(redis -> redis.restore(key, 0, kept));
        }
        assertThat(balance()).isEqualTo(Usd.parse("1"));
        assertThat(control.settle(SampleExchange.settle(at, "x1"))).isInstanceOf(SettleResult.Settled.class);
        assertThat(balance()).isEqualTo(Usd.parse("0.75"));
    }

    private Treasury.Outcome order(String entry, String amount) {
        return new Treasury(records, control, Clock.systemUTC())
                .order(wallet, entry, EntryKind.TOP_UP, Usd.parse(amount), false, "r", "t");
    }

    private <T> T raw(Function<RedisCommands<String, String>, T> asked) {
        try (RedisClient client = RedisClient.create(redis.url());
                var connection = client.connect()) {
            return asked.apply(connection.sync());
        }
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("records.db"));
                Statement running = connection.createStatement()) {
            running.executeUpdate(statement);
        }
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
        PlaceResult placed = control.place(new Place(
                at,
                id,
                1,
                SampleExchange.HELD,
                SampleExchange.HELD,
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Usd.ZERO,
                0,
                "v",
                "USD",
                false));
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
        open.open(SampleExchange.facts(at, id));
        return open;
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
                "here",
                control,
                watch,
                journal,
                1,
                new Treasury(records, control, Clock.systemUTC()),
                () -> {},
                drainAfter,
                Duration.ofSeconds(60),
                false,
                Telemetry.NONE,
                Clock.systemUTC());
    }
}
