package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.embedded.RedisChild;
import tollgate.pricing.Usd;

/** The scripts on a real redis-server against a model, by random commands that are each sent once to three times. */
@SuppressWarnings("NullAway.Init") // started before all tests
class WalletModelTest {
    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    static Path folder;

    private static RedisChild redis;
    private static ControlPort control;
    private static ShardWatch watch;
    private static int wallets;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        watch = new ShardWatch();
        control = ControlPort.connect(redis.url(), watch, new Usd(Usd.MAX_NANO));
        FenceResult opened = control.fence(3, new Fence(true, "line", 1, 0, 0, Duration.ZERO, Duration.ZERO));
        assertThat(opened).isEqualTo(new FenceResult.Opened(1, 0));
        watch.ready(3, 1, 0);
        watch.open(3);
    }

    @AfterAll
    static void stop() {
        control.close();
        redis.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void random_commands_leave_what_the_model_says_and_every_invariant_holds(long seed) {
        Random random = new Random(seed);
        WalletAddress at = wallet();
        WalletModel model = new WalletModel();
        for (int step = 0; step < 250; step++) {
            String story = "seed " + seed + " step " + step;
            String id = at.wallet() + "-x" + random.nextInt(40);
            long amount = amount(random);
            int sendings = 1 + random.nextInt(3);
            switch (random.nextInt(7)) {
                case 0, 1 -> {
                    long least = random.nextBoolean() ? amount : amount / 3;
                    long granted = model.place(id, least, amount);
                    for (int i = 0; i < sendings; i++) {
                        PlaceResult placed = control.place(new Place(
                                at, id, 1, new Usd(least), new Usd(amount), LIFE, LONG, Usd.ZERO, 0, "v", false));
                        assertThat(
                                        placed instanceof PlaceResult.Placed ok
                                                ? ok.granted().nano()
                                                : -1)
                                .as(story + " " + placed)
                                .isEqualTo(granted);
                    }
                }
                case 2, 3 -> {
                    long total = random.nextInt(4) == 0 ? 0 : amount;
                    String print = "f" + random.nextInt(2);
                    boolean booked = model.settle(id, print, total);
                    for (int i = 0; i < sendings; i++) {
                        SettleResult settled = control.settle(new Settle(at, id, print, new Usd(total), false, "chat"));
                        assertThat(settled instanceof SettleResult.Settled)
                                .as(story + " " + settled)
                                .isEqualTo(booked);
                    }
                }
                case 4 -> {
                    String entry = at.wallet() + "-p" + random.nextInt(60);
                    long signed = random.nextInt(3) == 0 ? -amount : amount;
                    boolean force = random.nextInt(8) == 0;
                    boolean booked = model.post(entry, signed, force);
                    for (int i = 0; i < sendings; i++) {
                        PostResult posted = control.post(
                                new Post(at, entry, EntryKind.ADJUST, new Usd(signed), force, "TEST", "r", "t"));
                        assertThat(posted instanceof PostResult.Posted)
                                .as(story + " " + posted)
                                .isEqualTo(booked);
                    }
                }
                case 5 -> expireNow(at, id, model, story, sendings);
                default -> {
                    boolean there = model.renew(id, amount);
                    String raw = renewed(at, id, amount);
                    assertThat(raw.equals("OK")).as(story + " " + raw).isEqualTo(there);
                }
            }
            check(at, model, story);
        }
        ledgerSums(at, model);
    }

    private static long amount(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(10);
            case 1 -> 100_000_000_000_000L + random.nextInt(1000);
            case 2 -> 1 + random.nextInt(2_000_000_000);
            default -> 1 + (random.nextLong() >>> 12) % 4_000_000_000_000_000L;
        };
    }

    /** Nobody renewed: the expiry is put into the past, as time would. */
    private static void expireNow(WalletAddress at, String id, WalletModel model, String story, int sendings) {
        boolean due = model.expire(id);
        long past = control.nowMs() - 1;
        if (due) {
            raw(commands -> commands.zadd(Keys.expiries(at.shard()), (double) past, id));
        }
        for (int i = 0; i < sendings; i++) {
            SettleResult expired = control.expire(at.shard(), new DueHold(id, at.organisation(), at.wallet(), 1, past));
            boolean first = due && i == 0;
            assertThat(expired instanceof SettleResult.Settled)
                    .as(story + " " + expired)
                    .isEqualTo(first);
        }
    }

    private static String renewed(WalletAddress at, String id, long accrued) {
        Call call = Calls.renew(new Renew(at, id, 1, new Usd(accrued), LIFE), watch.n(at.shard()));
        List<Object> reply =
                raw(commands -> commands.eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args()));
        return String.valueOf(reply.getFirst());
    }

    private static void check(WalletAddress at, WalletModel model, String story) {
        WalletState state = control.wallet(at).orElseThrow();
        assertThat(state.balance().nano()).as(story).isEqualTo(model.balance);
        assertThat(state.held().nano()).as(story).isEqualTo(model.held).isNotNegative();
        assertThat(state.seq()).as(story).isEqualTo(model.entries);
    }

    private static void ledgerSums(WalletAddress at, WalletModel model) {
        long sum = 0;
        long seq = 0;
        for (LedgerEntry entry : control.entries(at.shard(), "", 1_000_000)) {
            if (entry.wallet().equals(at.wallet())) {
                sum += entry.amount().nano();
                seq++;
                assertThat(entry.seq()).isEqualTo(seq);
                assertThat(entry.balance().nano()).isEqualTo(sum);
            }
        }
        assertThat(sum).isEqualTo(model.balance);
        model.exchanges.forEach((id, exchange) -> assertThat(control.exchange(at.shard(), id)
                        .orElseThrow()
                        .captured()
                        .nano())
                .isEqualTo(exchange.captured));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "exact funds are enough,               1.00, 1.00, 1.00, Placed",
        "one nano short is refused,            1.00, 1.000000001, 1.000000001, InsufficientFunds",
        "without a floor half is granted,      1.00, 0.10, 0.90, Placed",
        "nothing is enough for nothing,        0, 0, 0, Placed",
    })
    void placing_a_hold(String story, String balance, String least, String want, String outcome) {
        WalletAddress at = wallet();
        if (!balance.equals("0")) {
            control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse(balance), false, "TEST", "r", "t"));
        }
        PlaceResult placed = control.place(
                new Place(at, at + "-x", 1, Usd.parse(least), Usd.parse(want), LIFE, LONG, Usd.ZERO, 0, "v", false));
        assertThat(placed.getClass().getSimpleName()).isEqualTo(outcome);
        if (story.contains("half")) {
            assertThat(((PlaceResult.Placed) placed).granted()).isEqualTo(Usd.parse("0.50"));
        }
    }

    @Test
    void a_release_that_overtakes_its_place_bars_it() {
        WalletAddress at = wallet();
        assertThat(control.settle(new Settle(at, at + "-x", "f", Usd.ZERO, false, "")))
                .isInstanceOf(SettleResult.Settled.class);
        assertThat(control.place(new Place(at, at + "-x", 1, Usd.ZERO, Usd.ZERO, LIFE, LONG, Usd.ZERO, 0, "v", false)))
                .isEqualTo(new PlaceResult.AlreadyFinal());
    }

    @Test
    void a_frozen_wallet_admits_nothing_new_and_settles_what_is_open() {
        WalletAddress at = wallet();
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse("1"), false, "TEST", "r", "t"));
        control.place(
                new Place(at, at + "-x", 1, Usd.parse("0.5"), Usd.parse("0.5"), LIFE, LONG, Usd.ZERO, 0, "v", false));
        assertThat(control.setState(at, 1, "frozen")).isEqualTo(new SetResult.Done());
        assertThat(control.setState(at, 0, "active")).isEqualTo(new SetResult.Stale(1));
        assertThat(control.place(new Place(at, at + "-y", 1, Usd.ZERO, Usd.ZERO, LIFE, LONG, Usd.ZERO, 0, "v", false)))
                .isEqualTo(new PlaceResult.WalletNotActive("frozen"));
        assertThat(control.settle(new Settle(at, at + "-x", "f", Usd.parse("0.25"), false, "")))
                .isInstanceOfSatisfying(
                        SettleResult.Settled.class,
                        settled -> assertThat(settled.balance()).isEqualTo(Usd.parse("0.75")));
    }

    @Test
    void overruns_add_up_until_the_wallet_freezes_and_count_anew_once_a_person_lifts_that() {
        WalletAddress at = wallet();
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse("100"), false, "TEST", "r", "t"));
        try (ControlPort strict = ControlPort.connect(redis.url(), watch, Usd.parse("10"))) {
            overrun(strict, at, "1", "6.00");
            assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("active");
            overrun(strict, at, "2", "4.00");
            assertThat(control.wallet(at).orElseThrow().state())
                    .as("ten are allowed")
                    .isEqualTo("active");
            overrun(strict, at, "3", "0.000000001");
            assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("frozen");
            assertThat(control.entries(at.shard(), "", 1_000_000).getLast().froze())
                    .isEqualTo(1);
            assertThat(control.place(
                            new Place(at, at + "-y", 1, Usd.ZERO, Usd.ZERO, LIFE, LONG, Usd.ZERO, 0, "v", false)))
                    .isEqualTo(new PlaceResult.WalletNotActive("frozen"));
            assertThat(control.setState(at, 1, "active")).isEqualTo(new SetResult.Done());
            overrun(strict, at, "4", "10.00");
            assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("active");
        }
    }

    private static void overrun(ControlPort strict, WalletAddress at, String id, String over) {
        Usd held = Usd.parse("0.5");
        String exchange = at + "-over" + id;
        assertThat(control.place(new Place(at, exchange, 1, held, held, LIFE, LONG, Usd.ZERO, 0, "v", false)))
                .isInstanceOf(PlaceResult.Placed.class);
        Settle settle = new Settle(at, exchange, "f", held.plus(Usd.parse(over)), false, "chat");
        for (int sent = 0; sent < 3; sent++) {
            assertThat(strict.settle(settle)).isInstanceOf(SettleResult.Settled.class);
        }
    }

    @Test
    void money_of_another_currency_and_balances_beyond_nine_million_are_refused() {
        WalletAddress at = wallet();
        assertThat(control.post(new Post(at, at + "-u", EntryKind.TOP_UP, Usd.parse("1"), false, "USD", "r", "t")))
                .isEqualTo(new PostResult.Rejected("CUR", "TEST"));
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse("9000000"), false, "TEST", "r", "t"));
        assertThat(control.post(new Post(at, at + "-v", EntryKind.TOP_UP, new Usd(1), false, "TEST", "r", "t")))
                .isEqualTo(new PostResult.Rejected("RANGE", "balance"));
    }

    @Test
    void a_redis_that_is_another_or_went_back_is_not_written_to() {
        WalletAddress at = wallet();
        String run = control.run();
        raw(commands -> commands.hset(Keys.shard(at.shard()), "run", "another"));
        try {
            assertThat(control.settle(new Settle(at, at + "-x", "f", Usd.ZERO, false, "")))
                    .isEqualTo(new SettleResult.Unavailable("FENCED", false));
            assertThat(watch.closed(at.shard())).isEqualTo("FENCED");
        } finally {
            raw(commands -> commands.hset(Keys.shard(at.shard()), "run", run));
            watch.open(at.shard());
        }
    }

    private static WalletAddress wallet() {
        WalletAddress at = new WalletAddress(3, "o", "w" + wallets++);
        assertThat(control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t")))
                .isInstanceOf(PostResult.Posted.class);
        return at;
    }

    private static <T> T raw(Function<RedisCommands<String, String>, T> task) {
        try (RedisClient client = RedisClient.create(RedisURI.create(redis.url()));
                var connection = client.connect()) {
            return task.apply(connection.sync());
        }
    }
}
