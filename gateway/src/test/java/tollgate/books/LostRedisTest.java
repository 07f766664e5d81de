package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.Telemetry;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.pricing.Usd;
import tollgate.records.Audit;
import tollgate.records.Records;
import tollgate.records.Wallets;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapDemands;
import tollgate.wallet.CapUnit;
import tollgate.wallet.ControlPort;
import tollgate.wallet.DueHold;
import tollgate.wallet.EntryKind;
import tollgate.wallet.GrantMove;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.Settle;
import tollgate.wallet.SettleResult;
import tollgate.wallet.ShardWatch;
import tollgate.wallet.WalletAddress;

/** A Redis that comes back empty, or as it was some time ago, gets from SQL what it lost: wallets, exchanges, caps. */
@SuppressWarnings("NullAway.Init") // made before every test
class LostRedisTest {
    private static final int SHARD = 7;
    private static final Executor HERE = Runnable::run;
    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final List<String> WALLETS = List.of("w_1", "w_2", "w_3");
    private static final long DAY = 86_400_000;

    @TempDir
    Path folder;

    private RedisChild redis;
    private Records records;
    private ControlPort control;
    private ShardWatch watch;
    private Journal journal;
    private Treasury treasury;
    private Books books;
    private RedisClient client;
    private StatefulRedisConnection<byte[], byte[]> connection;
    private RedisCommands<byte[], byte[]> raw;
    private final Map<String, Settle> settled = new HashMap<>();
    private final List<String> open = new ArrayList<>();
    private int exchanges;
    private long lastExpiry;

    @BeforeEach
    void a_gateway_with_funded_wallets() throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        records = Records.sqlite(folder.resolve("records.db"));
        watch = new ShardWatch();
        control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        treasury = new Treasury(records, control, Clock.systemUTC());
        client = RedisClient.create(redis.url());
        connection = client.connect(ByteArrayCodec.INSTANCE);
        raw = connection.sync();
        records.organisations().named("acme", "o_1", SHARD, 1);
        WALLETS.forEach(id -> records.wallets().add(id, "o_1", id, true, "t", 1));
        journal = Journal.open(folder.resolve("journal"), JournalSettings.DEFAULTS, List.of(HERE, HERE));
        books = books(true);
        books.start();
        WALLETS.forEach(id -> top(id, id + "-start", "100"));
    }

    @AfterEach
    void stop() throws IOException {
        books.close();
        connection.close();
        client.shutdown();
        journal.close();
        control.close();
        records.close();
        redis.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void what_an_emptied_redis_had_is_there_again_and_every_settlement_stands(long seed) throws IOException {
        Random random = new Random(seed);
        steps(random, 120);
        calm();
        Map<String, String> before = money();
        lost(Map.of());
        assertThat(money()).isEqualTo(before);
        everythingStands();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void what_a_redis_that_went_back_lost_is_booked_again_and_what_it_still_held_is_let_go(long seed)
            throws IOException {
        Random random = new Random(seed);
        steps(random, 60);
        books.drainNow();
        Map<String, byte[]> copy = copy();
        steps(random, 60);
        calm();
        Map<String, String> before = money();
        lost(copy);
        assertThat(money()).isEqualTo(before);
        everythingStands();
    }

    @Test
    void a_roll_forward_that_was_interrupted_goes_on_where_it_was() throws IOException {
        steps(new Random(5), 80);
        calm();
        Map<String, String> before = money();
        var shard = records.shards().get(SHARD);
        // who goes on would fill a Redis that it met empty
        books.close();
        raw.flushall();
        watch.close(SHARD, "lost");
        // as far as a process came that was killed, under a line of its own
        String owner = journal.identity().id() + "." + journal.identity().nonce();
        assertThat(records.shards().lease(SHARD, owner, records.nowMs(), records.nowMs() + 10_000))
                .isTrue();
        assertThat(records.shards().intend(SHARD, owner, "newline", shard.intended() + 1))
                .isTrue();
        RollForward killed = new RollForward(records, control, Clock.systemUTC());
        assertThat(killed.run(SHARD, "newline", shard.epoch(), 0, shard.n() / 2, () -> null))
                .isNull();
        again();
        assertThat(money()).isEqualTo(before);
        everythingStands();
    }

    @Test
    void what_the_overruns_of_a_wallet_come_to_is_there_again_and_a_thaw_still_begins_anew() throws IOException {
        overrun("w_1", 300);
        overrun("w_2", 500);
        treasury.setState(wallet("w_2"), "frozen", new Audit.Word("t", "a test", 1));
        treasury.setState(wallet("w_2"), "active", new Audit.Word("t", "a test", 1));
        overrun("w_3", 700);
        treasury.setState(wallet("w_3"), "frozen", new Audit.Word("t", "a test", 1));
        treasury.setState(wallet("w_3"), "active", new Audit.Word("t", "a test", 1));
        overrun("w_3", 90);
        overrun("w_1", 4);
        for (Map<String, byte[]> then : List.of(copy(), Map.<String, byte[]>of())) {
            assertThat(WALLETS).extracting(this::overruns).containsExactly("304", null, "90");
            overrun("w_2", 11);
            books.drainNow();
            lost(then);
            assertThat(WALLETS).extracting(this::overruns).containsExactly("304", "11", "90");
            treasury.setState(wallet("w_2"), "frozen", new Audit.Word("t", "a test", 1));
            treasury.setState(wallet("w_2"), "active", new Audit.Word("t", "a test", 1));
        }
        assertThat(verified()).isEmpty();
    }

    private @Nullable String overruns(String wallet) {
        byte[] over = raw.hget(key("w:" + wallet), bytes("over"));
        return over == null ? null : new String(over, StandardCharsets.UTF_8);
    }

    /** An exchange comes to so much more than it held. */
    private void overrun(String wallet, long more) {
        place(wallet, new Random(more));
        String exchange = open.removeLast().split(" ", 2)[0];
        long held = Long.parseLong(new String(
                Objects.requireNonNull(raw.hget(key("x:" + exchange), bytes("amt"))), StandardCharsets.UTF_8));
        settled(new Settle(
                Treasury.address(wallet(wallet)),
                exchange,
                "f-" + more,
                new Usd(held + more),
                false,
                "chat",
                false,
                new Settle.Counted(HeldCaps.NONE, 5, true)));
    }

    @Test
    void a_grant_that_was_promised_and_lost_is_in_the_ledger_though_it_is_over_when_it_is_told_again()
            throws IOException {
        books.drainNow();
        Map<String, byte[]> copy = copy();
        long over = control.nowMs() + 700;
        assertThat(treasury.grant(wallet("w_1"), "grant:g_1", new GrantMove("g_1", over, 50, 1_000), "promised", "t"))
                .isInstanceOf(Treasury.Outcome.Booked.class);
        await().until(() -> control.nowMs() > over);
        lost(copy);
        control.expireGrants(Treasury.address(wallet("w_1")), "USD");
        books.drainNow();
        assertThat(records.ledger().ofWallet("w_1", 0, 100))
                .filteredOn(entry -> entry.kind().startsWith("grant"))
                .extracting(entry -> entry.amount())
                .containsExactly(1_000L, -1_000L);
        assertThat(verified()).isEmpty();
    }

    @Test
    void a_wallet_that_somebody_changed_meanwhile_freezes_and_the_others_go_on() throws IOException {
        books.drainNow();
        Map<String, byte[]> copy = copy();
        top("w_1", "a", "5");
        top("w_2", "b", "5");
        books.drainNow();
        lost(copy, () -> raw.hset(key("w:w_1"), bytes("bal"), bytes("99000000000000")));
        assertThat(control.wallet(Treasury.address(wallet("w_1"))).orElseThrow().state())
                .isEqualTo("frozen");
        assertThat(control.wallet(Treasury.address(wallet("w_2"))).orElseThrow().balance())
                .isEqualTo(Usd.parse("105"));
        assertThat(verified()).anyMatch(problem -> problem.contains("w_1"));
    }

    @Test
    void an_empty_redis_that_may_be_a_wrong_address_is_not_filled_unasked_and_the_command_fills_it()
            throws IOException {
        steps(new Random(8), 40);
        calm();
        Map<String, String> before = money();
        books.close();
        raw.flushall();
        watch.close(SHARD, "lost");
        try (Books careful = books(false)) {
            careful.start();
            assertThat(careful.notReady()).contains("EMPTIED").contains("tollgate restore");
        }
        assertThat(new Restoration(records, control, watch, Clock.systemUTC()).run())
                .singleElement()
                .satisfies(one -> assertThat(one.why()).isNull());
        again();
        assertThat(money()).isEqualTo(before);
        everythingStands();
    }

    @Test
    void the_old_redis_is_foreign_once_another_was_filled_in_its_place() throws IOException {
        books.drainNow();
        Map<String, byte[]> old = copy();
        lost(Map.of());
        books.close();
        raw.flushall();
        old.forEach((key, dump) -> raw.restore(bytes(key), dump, RestoreArgs.Builder.ttl(0)));
        watch.close(SHARD, "back");
        try (Books next = books(true)) {
            next.start();
            assertThat(next.notReady()).contains("FOREIGN");
        }
    }

    // what happens to money, at random

    private void steps(Random random, int count) {
        for (int i = 0; i < count; i++) {
            String wallet = WALLETS.get(random.nextInt(WALLETS.size()));
            switch (random.nextInt(10)) {
                case 8 -> grant(wallet, random);
                case 9 -> refund(random);
                case 0 -> top(wallet, "t" + exchanges++, "1.5");
                case 1, 2, 3 -> place(wallet, random);
                case 4, 5 -> settle(random);
                case 6 -> expire(random);
                default ->
                    treasury.order(
                            wallet(wallet),
                            "adjust" + exchanges++,
                            EntryKind.ADJUST,
                            Usd.ZERO.minus(Usd.parse("0.25")),
                            false,
                            "r",
                            "t");
            }
        }
    }

    /** Some are over before anything can be spent of them. */
    private void grant(String wallet, Random random) {
        String id = "g_" + exchanges++;
        long expires = control.nowMs() + (random.nextBoolean() ? 1 + random.nextInt(40) : DAY);
        lastExpiry = expires < control.nowMs() + 1_000 ? Math.max(lastExpiry, expires) : lastExpiry;
        treasury.grant(
                wallet(wallet),
                "grant:" + id,
                new GrantMove(id, expires, random.nextInt(3), 1 + random.nextInt(700_000_000)),
                "r",
                "t");
    }

    private void refund(Random random) {
        settled.values().stream()
                .skip(random.nextInt(settled.size() + 1))
                .findFirst()
                .ifPresent(settle -> treasury.refund(
                        wallet(settle.at().wallet()),
                        settle.exchange(),
                        "refund" + exchanges++,
                        new Usd(1 + random.nextInt(400_000_000)),
                        "r",
                        "t"));
    }

    /** Nothing is open, nothing is due, and SQL has all of it. */
    private void calm() {
        settleOpen();
        await().until(() -> control.nowMs() > lastExpiry);
        WALLETS.forEach(id -> control.expireGrants(Treasury.address(wallet(id)), "USD"));
        books.drainNow();
    }

    private void place(String wallet, Random random) {
        String exchange = "x" + exchanges++;
        long day = control.nowMs() / DAY * DAY;
        long step = 60_000;
        CapDemands caps = random.nextBoolean()
                ? CapDemands.NONE
                : new CapDemands(
                        List.of(
                                new CapDemand(
                                        "b_day_some",
                                        "o_1",
                                        0,
                                        0,
                                        CapUnit.BUNDLE,
                                        2_000,
                                        0,
                                        day,
                                        day + DAY,
                                        day + 2 * DAY),
                                new CapDemand(
                                        "c_day",
                                        "o_1",
                                        1,
                                        0,
                                        CapUnit.USD,
                                        Usd.MAX_NANO,
                                        0,
                                        day,
                                        day + DAY,
                                        day + 2 * DAY),
                                new CapDemand(
                                        "c_ever",
                                        wallet,
                                        1,
                                        0,
                                        CapUnit.TOKENS,
                                        1L << 40,
                                        0,
                                        0,
                                        CapDemand.NEVER_MS,
                                        CapDemand.NEVER_MS),
                                new CapDemand("c_ring", wallet, 1, 0, CapUnit.REQUESTS, 1_000_000, step, 0, 0, 0)),
                        100,
                        100);
        Usd held = new Usd(1 + random.nextInt(2_000_000_000));
        Place place = new Place(
                Treasury.address(wallet(wallet)),
                exchange,
                1,
                held,
                held,
                LIFE,
                LIFE.multipliedBy(60),
                Usd.ZERO,
                0,
                "v",
                "USD",
                false,
                caps);
        PlaceResult placed = control.place(place);
        while (placed instanceof PlaceResult.GrantDue) {
            control.expireGrants(place.at(), "USD");
            placed = control.place(place);
        }
        assertThat(placed).isInstanceOf(PlaceResult.Placed.class);
        open.add(exchange + " " + wallet);
    }

    private void settle(Random random) {
        if (open.isEmpty()) {
            return;
        }
        String[] one = open.remove(random.nextInt(open.size())).split(" ", 2);
        Usd total = random.nextInt(4) == 0 ? Usd.ZERO : new Usd(random.nextInt(2_000_000_000));
        settled(new Settle(
                Treasury.address(wallet(one[1])),
                one[0],
                "f-" + total.nano(),
                total,
                false,
                "chat",
                false,
                new Settle.Counted(HeldCaps.NONE, random.nextInt(100), total.nano() > 0)));
    }

    private void settled(Settle settle) {
        assertThat(control.settle(settle)).isInstanceOf(SettleResult.Settled.class);
        settled.put(settle.exchange(), settle);
    }

    private void settleOpen() {
        while (!open.isEmpty()) {
            settle(new Random(open.size()));
        }
    }

    /** Nobody renewed it: its time is put into the past. It may be settled late. */
    private void expire(Random random) {
        if (open.isEmpty()) {
            return;
        }
        String[] one = open.get(random.nextInt(open.size())).split(" ", 2);
        long past = control.nowMs() - 1;
        byte[] index = key("hx");
        if (raw.zscore(index, bytes(one[0])) != null) {
            raw.hdel(key("m"), bytes("no_reap_ms"));
            raw.zadd(index, (double) past, bytes(one[0]));
            assertThat(control.expire(SHARD, new DueHold(one[0], "o_1", one[1], 1, past)))
                    .isInstanceOf(SettleResult.Settled.class);
        }
    }

    private void top(String wallet, String reference, String amount) {
        assertThat(treasury.order(
                        wallet(wallet), reference, EntryKind.TOP_UP, Usd.parse(amount), false, reference, "t"))
                .isInstanceOf(Treasury.Outcome.Booked.class);
    }

    // what is looked at

    private void everythingStands() {
        long entries = control.shard(SHARD).orElseThrow().n();
        settled.values()
                .forEach(settle -> assertThat(control.settle(settle))
                        .as("stated again: " + settle)
                        .isInstanceOf(SettleResult.Settled.class));
        assertThat(control.shard(SHARD).orElseThrow().n())
                .as("nothing is booked twice")
                .isEqualTo(entries);
        assertThat(verified()).isEmpty();
        top("w_1", "after" + entries, "1");
        books.drainNow();
        assertThat(verified()).isEmpty();
    }

    /** What is wrong, but for the usage records that this test's exchanges do not have. */
    private List<String> verified() {
        List<String> problems = new ArrayList<>();
        Object found = new Verification(records, control, books, journal, Clock.systemUTC())
                .run()
                .get("problems");
        for (Object problem : (List<?>) Objects.requireNonNull(found)) {
            if (!problem.toString().contains("its record is missing")) {
                problems.add(problem.toString());
            }
        }
        return problems;
    }

    /** Balances, holds and numbers of wallets, and what caps have spent. */
    private Map<String, String> money() {
        Map<String, String> money = new TreeMap<>();
        for (String id : WALLETS) {
            WalletAddress at = Treasury.address(wallet(id));
            money.put(id, control.wallet(at) + " " + control.grants(at));
        }
        for (byte[] key : raw.keys("{s" + SHARD + "}:c:*")) {
            raw.hgetall(key).forEach((field, value) -> {
                String name = new String(field, StandardCharsets.UTF_8);
                String amount = new String(value, StandardCharsets.UTF_8);
                if (name.matches("s|h|\\d+:[sh]|b\\d+") && !amount.equals("0")) {
                    money.put(new String(key, StandardCharsets.UTF_8) + " " + name, amount);
                }
            });
        }
        return money;
    }

    private Map<String, byte[]> copy() {
        Map<String, byte[]> copy = new HashMap<>();
        for (byte[] key : raw.keys("*")) {
            copy.put(new String(key, StandardCharsets.UTF_8), raw.dump(key));
        }
        return copy;
    }

    private void lost(Map<String, byte[]> left) throws IOException {
        lost(left, () -> {});
    }

    /** Another Redis, which has this: as after a promotion, it has a name of its own. */
    private void lost(Map<String, byte[]> left, Runnable more) throws IOException {
        // at once: the books, which go on, would fill a Redis that they met empty
        raw.multi();
        raw.flushall();
        left.forEach((key, dump) -> raw.restore(bytes(key), dump, RestoreArgs.Builder.ttl(0)));
        if (!left.isEmpty()) {
            raw.hset(key("m"), bytes("run"), bytes("another"));
        }
        raw.exec();
        watch.close(SHARD, "lost");
        more.run();
        again();
    }

    private void again() throws IOException {
        books.close();
        books = books(true);
        books.start();
        assertThat(books.notReady()).isNull();
    }

    private Wallets.Wallet wallet(String id) {
        return records.wallets().find(id).orElseThrow();
    }

    private static byte[] key(String name) {
        return bytes("{s" + SHARD + "}:" + name);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Books books(boolean restores) {
        return new Books(
                records,
                "here",
                control,
                watch,
                journal,
                1,
                treasury,
                () -> {},
                Duration.ofHours(1),
                LIFE,
                restores,
                Telemetry.NONE,
                Clock.systemUTC());
    }
}
