package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import tollgate.Telemetry;
import tollgate.TestBooks;
import tollgate.embedded.RedisChild;
import tollgate.journal.Journal;
import tollgate.journal.JournalEntry;
import tollgate.journal.JournalSettings;
import tollgate.journal.Reservation;
import tollgate.pricing.Usd;
import tollgate.records.Audit;
import tollgate.records.Caps;
import tollgate.records.Moves;
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

/**
 * An organisation with three wallets under caps of every kind, a bundle and grants, at first in shard 7, beside another one that
 * stays there; and whatever books a test opens over them. What carries it is a test's own, so that it stops where the test says.
 */
final class MovingBooks implements AutoCloseable {
    static final int HERE = 7;
    static final int THERE = 9;
    static final List<String> WALLETS = List.of("w_1", "w_2", "w_3");
    private static final Executor AT_ONCE = Runnable::run;
    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final long DAY = 86_400_000;
    private static final long NEWEST = 1_000;

    final RedisChild redis;
    final Records records;
    final ShardWatch watch = new ShardWatch();
    final ControlPort control;
    final Treasury treasury;
    final Journal journal;
    final RedisCommands<byte[], byte[]> raw;
    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    final Map<String, Settle> settled = new HashMap<>();
    final List<String> open = new ArrayList<>();
    Books books;
    private int exchanges;

    MovingBooks(Path folder) throws IOException {
        this(folder, "jdbc:sqlite:" + folder.resolve("records.db"));
    }

    /** On the books of such an address. */
    MovingBooks(Path folder, String address) throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        records = TestBooks.open(address);
        control = ControlPort.connect(redis.url(), watch, Usd.parse("10"));
        treasury = new Treasury(records, control, Clock.systemUTC());
        client = RedisClient.create(redis.url());
        connection = client.connect(ByteArrayCodec.INSTANCE);
        raw = connection.sync();
        records.organisations().named("acme", "o_1", HERE, 1);
        records.organisations().named("stays", "o_2", HERE, 1);
        records.organisations().named("there", "o_3", THERE, 1);
        WALLETS.forEach(id -> records.wallets().add(id, "o_1", id, true, "t", 1));
        records.wallets().add("w_9", "o_2", "stays", true, "t", 1);
        for (String cap : List.of("c_day", "c_ever", "c_ring", "c_rate", "c_open")) {
            records.caps().add(new Caps.Cap(cap, "o_1", "org", "o_1", "usd", 500, "day", false, "", "", 1, 0, 1, null));
        }
        journal = Journal.open(folder.resolve("journal"), JournalSettings.DEFAULTS, List.of(AT_ONCE, AT_ONCE));
        books = books();
        books.start();
        WALLETS.forEach(id -> top(id, id + "-start", "100"));
        top("w_9", "w_9-start", "100");
    }

    private Books books() {
        Books made = new Books(
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
                true,
                Telemetry.NONE,
                Clock.systemUTC());
        made.relocating(new Relocation(records, control, watch, treasury, Clock.systemUTC()) {
            @Override
            void round(IntPredicate ours) {}
        });
        return made;
    }

    /** Says that the organisation moves. */
    Moves.Move begin(int to) {
        return records.moves()
                .begin("o_1", to, System.currentTimeMillis() + 60_000, new Audit.Word("t", "a test", 1))
                .orElseThrow();
    }

    /** Carries what moves to its end, as a process does that has just begun, over and over. */
    void carried() {
        carried(step -> {});
    }

    /** Carries what moves to its end. {@code behind} is told of each step, and may end the process that takes it. */
    void carried(Consumer<RelocationStep> behind) {
        Relocation one = new Relocation(records, control, watch, treasury, Clock.systemUTC(), behind);
        for (int round = 0; !records.moves().underWay().isEmpty(); round++) {
            assertThat(round).as("rounds of a move").isLessThan(50);
            one.round(shard -> true);
            books.drainNow();
        }
    }

    // what happens to money, at random

    void steps(Random random, int count) {
        for (int i = 0; i < count; i++) {
            String wallet = WALLETS.get(random.nextInt(WALLETS.size()));
            switch (random.nextInt(8)) {
                case 0 -> top(wallet, "t" + exchanges++, "1.5");
                case 1, 2, 3 -> place(wallet, new Usd(1 + random.nextInt(900_000_000)), random.nextBoolean());
                case 4, 5 -> settle(random);
                case 6 -> grant(wallet, random);
                default -> top("w_9", "t" + exchanges++, "0.5");
            }
        }
        while (!open.isEmpty()) {
            settle(random);
        }
        books.drainNow();
    }

    private void grant(String wallet, Random random) {
        String id = "g_" + exchanges++;
        treasury.grant(
                wallet(wallet),
                "grant:" + id,
                new GrantMove(id, control.nowMs() + DAY, random.nextInt(3), 1 + random.nextInt(700_000_000)),
                "r",
                "t");
    }

    /** Sets so much aside, and as much under caps; returns the exchange. */
    String place(String wallet, Usd held, boolean capped) {
        String exchange = "x" + exchanges++;
        assertThat(placed(wallet, exchange, held, capped)).isInstanceOf(PlaceResult.Placed.class);
        open.add(exchange + " " + wallet);
        return exchange;
    }

    PlaceResult placed(String wallet, String exchange, Usd held, boolean capped) {
        return control.place(asked(Treasury.address(wallet(wallet)), exchange, held, capped, NEWEST));
    }

    static Place asked(WalletAddress at, String exchange, Usd held, boolean capped, long policy) {
        long day = System.currentTimeMillis() / DAY * DAY;
        CapDemands caps = !capped
                ? CapDemands.NONE
                : new CapDemands(
                        List.of(
                                new CapDemand(
                                        "b_day_some",
                                        "o_1",
                                        0,
                                        0,
                                        CapUnit.BUNDLE,
                                        500,
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
                                        at.wallet(),
                                        1,
                                        0,
                                        CapUnit.TOKENS,
                                        1L << 40,
                                        0,
                                        0,
                                        CapDemand.NEVER_MS,
                                        CapDemand.NEVER_MS),
                                new CapDemand(
                                        "c_ring", at.wallet(), 1, 0, CapUnit.REQUESTS, 1_000_000, 60_000, 0, 0, 0),
                                new CapDemand("c_rate", at.wallet(), 1, 0, CapUnit.RATE, 1_000_000, 3_600_000, 0, 0, 0),
                                new CapDemand(
                                        "c_open",
                                        "o_1",
                                        1,
                                        0,
                                        CapUnit.OPEN,
                                        1_000,
                                        0,
                                        0,
                                        CapDemand.NEVER_MS,
                                        CapDemand.NEVER_MS)),
                        100,
                        100);
        return new Place(
                at, exchange, 1, held, held, LIFE, LIFE.multipliedBy(60), Usd.ZERO, policy, "v", "USD", false, caps);
    }

    private void settle(Random random) {
        if (open.isEmpty()) {
            return;
        }
        String[] one = open.remove(random.nextInt(open.size())).split(" ", 2);
        Usd total = random.nextInt(4) == 0 ? Usd.ZERO : new Usd(random.nextInt(1_000_000_000));
        settled(stated(one[1], one[0], total, random.nextInt(100)));
    }

    Settle stated(String wallet, String exchange, Usd total, long tokens) {
        return new Settle(
                Treasury.address(wallet(wallet)),
                exchange,
                "f-" + total.nano(),
                total,
                false,
                "chat",
                false,
                new Settle.Counted(HeldCaps.NONE, tokens, total.nano() > 0));
    }

    void settled(Settle settle) {
        assertThat(control.settle(settle)).isInstanceOf(SettleResult.Settled.class);
        open.remove(settle.exchange() + " " + settle.at().wallet());
        settled.put(settle.exchange(), settle);
    }

    /** What an exchange that was placed there came to, as its gateway's journal has it. */
    void journalled(WalletAddress at, String exchange, Usd total, HeldCaps caps) {
        Reservation room = Objects.requireNonNull(journal.loop(0).reserve());
        room.open(SampleExchange.facts(at, exchange));
        room.left();
        JournalEntry sample = SampleExchange.entry(at, exchange, total);
        Settle settle = sample.settle();
        room.settle(
                new JournalEntry(
                        new Settle(
                                settle.at(),
                                exchange,
                                settle.fingerprint(),
                                total,
                                false,
                                settle.reference(),
                                false,
                                new Settle.Counted(caps, 5, true)),
                        sample.usage()),
                () -> {});
        room.close();
    }

    /** Nobody renewed it: its time is put into the past. So much of it had accrued. */
    void expire(String wallet, String exchange, long accrued) {
        int shard = wallet(wallet).shard();
        long past = control.nowMs() - 1;
        raw.hdel(key(shard, "m"), bytes("no_reap_ms"));
        raw.hset(key(shard, "x:" + exchange), bytes("acc"), bytes(Long.toString(accrued)));
        raw.zadd(key(shard, "hx"), (double) past, bytes(exchange));
        assertThat(control.expire(shard, new DueHold(exchange, "o_1", wallet, 1, past)))
                .isInstanceOf(SettleResult.Settled.class);
        open.remove(exchange + " " + wallet);
    }

    void top(String wallet, String reference, String amount) {
        assertThat(treasury.order(
                        wallet(wallet), reference, EntryKind.TOP_UP, Usd.parse(amount), false, reference, "t"))
                .isInstanceOf(Treasury.Outcome.Booked.class);
    }

    Wallets.Wallet wallet(String id) {
        return records.wallets().find(id).orElseThrow();
    }

    // what is looked at

    /** What is wrong, but for the usage records that a test's exchanges do not have. */
    List<String> problems() {
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

    /** What wallets have and caps have spent, wherever that is: nothing says in which shard. */
    Map<String, String> money() {
        Map<String, String> money = new TreeMap<>();
        for (String id : List.of("w_1", "w_2", "w_3", "w_9")) {
            WalletAddress at = Treasury.address(wallet(id));
            var state = control.wallet(at).orElseThrow();
            money.put(
                    id,
                    state.balance() + " " + state.held() + " " + state.state() + " " + control.grants(at) + " "
                            + text(raw.hget(key(at.shard(), "w:" + id), bytes("over"))));
        }
        for (byte[] key : raw.keys("{s*}:c:*")) {
            String name = Objects.requireNonNull(text(key));
            raw.hgetall(key).forEach((field, value) -> {
                String part = Objects.requireNonNull(text(field));
                if (part.matches("s|h|rv|lvl|\\d+:[sh]|b\\d+") && !"0".equals(text(value))) {
                    money.put(name.substring(name.indexOf(':')) + " " + part, Objects.requireNonNull(text(value)));
                }
            });
        }
        return money;
    }

    /** The rate's level, which runs out as time goes by, and is lost with a Redis. */
    static Map<String, String> lasting(Map<String, String> money) {
        Map<String, String> lasting = new TreeMap<>(money);
        lasting.keySet().removeIf(name -> name.endsWith(" lvl"));
        return lasting;
    }

    /** The names of what a shard has of the organisation, but for the stubs of wallets. */
    List<String> left(int shard) {
        List<String> left = new ArrayList<>();
        for (byte[] key : raw.keys("{s" + shard + "}:*")) {
            String name = Objects.requireNonNull(text(key)).replaceFirst("^.*?}:", "");
            if (name.startsWith("g:")
                    || (name.startsWith("c:") && raw.hexists(key, bytes("v")))
                    || (name.matches("w:w_[123]") && raw.hexists(key, bytes("state")))) {
                left.add(name);
            }
        }
        return left;
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    // what happens to Redis

    Map<String, byte[]> copy(int shard) {
        Map<String, byte[]> copy = new HashMap<>();
        for (byte[] key : raw.keys("{s" + shard + "}:*")) {
            copy.put(new String(key, StandardCharsets.UTF_8), raw.dump(key));
        }
        return copy;
    }

    /** A shard is another Redis's, which has this; another process takes over. */
    void lost(int shard, Map<String, byte[]> left) throws IOException {
        raw.multi();
        for (byte[] key : inTransaction(shard)) {
            raw.del(key);
        }
        left.forEach((key, dump) -> raw.restore(bytes(key), dump, RestoreArgs.Builder.ttl(0)));
        if (!left.isEmpty()) {
            raw.hset(key(shard, "m"), bytes("run"), bytes("another"));
        }
        raw.exec();
        watch.close(shard, "lost");
        again();
    }

    private List<byte[]> inTransaction(int shard) {
        try (var other = client.connect(ByteArrayCodec.INSTANCE)) {
            return other.sync().keys("{s" + shard + "}:*");
        }
    }

    void again() throws IOException {
        books.close();
        books = books();
        books.start();
        long since = System.nanoTime();
        while (books.notReady() != null && System.nanoTime() - since < 20_000_000_000L) {
            books.openNow();
        }
        assertThat(books.notReady()).isNull();
    }

    static byte[] key(int shard, String name) {
        return bytes("{s" + shard + "}:" + name);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        books.close();
        connection.close();
        client.shutdown();
        journal.close();
        control.close();
        records.close();
        redis.close();
    }
}
