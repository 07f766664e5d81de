package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.Breadth;
import tollgate.pricing.Usd;

/** The scripts on a real redis-server against a model, by random commands, each sent once to three times among others. */
@SuppressWarnings("NullAway.Init") // started before all tests
class WalletModelTest {
    /** For each seed; with {@code TOLLGATE_FULL} a million in all. */
    private static final int COMMANDS = Breadth.full() ? 50_000 : 500;

    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    static Path folder;

    private static final ResourceLeakDetector.Level WATCHING = ResourceLeakDetector.getLevel();

    private static OpenShard on;
    private static ControlPort control;
    private static ShardWatch watch;
    private static int wallets;
    /** Redis's, which only commands set: ahead of its own, which therefore does not count. */
    private static long clock;

    private static StatefulRedisConnection<String, String> connection;
    private static RedisCommands<String, String> raw;

    @BeforeAll
    static void start() throws IOException {
        // a million commands: buffers are watched where gateways are tested
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        on = new OpenShard(folder, 3, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
        watch = on.watch;
        connection = on.connection;
        clock = control.nowMs() + 3_600_000;
        for (Script script : Script.values()) {
            raw.scriptLoad(script.text());
        }
    }

    @AfterAll
    static void stop() {
        ResourceLeakDetector.setLevel(WATCHING);
        on.close();
    }

    /** What may be asked; a command that is sent again later may be refused, and the model knows when. */
    private record Command(char kind, String id, String print, long least, long amount, boolean flag) {}

    @Tag("wide")
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void random_commands_leave_what_the_model_says_and_every_invariant_holds(long seed) {
        Random random = new Random(seed);
        WalletAddress at = wallet();
        WalletModel model = new WalletModel();
        List<Command> earlier = new ArrayList<>();
        String from = last(at.shard());
        model.seen = control.wallet(at).orElseThrow().seq();
        model.nowMs = clock;
        raw.hset(Keys.shard(at.shard()), "hwm_ms", Long.toString(clock));
        for (int sent = 0, step = 0; sent < COMMANDS; step++) {
            // several at once, each sent once to three times, in any order: some for the second time since long ago
            List<Command> sendings = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                Command command = earlier.isEmpty() || random.nextInt(3) > 0
                        ? command(random, at, step)
                        : earlier.get(random.nextInt(earlier.size()));
                earlier.add(command);
                sendings.addAll(Collections.nCopies(1 + random.nextInt(3), command));
            }
            while (earlier.size() > 40) {
                earlier.removeFirst();
            }
            Collections.shuffle(sendings, random);
            int now = step;
            Supplier<String> story = () -> "seed " + seed + " step " + now + " " + sendings;
            // one after the other in one go: what each was answered is looked at when all were
            List<Runnable> answers = new ArrayList<>();
            connection.setAutoFlushCommands(false);
            for (Command command : sendings) {
                answers.add(send(at, model, command, story));
            }
            connection.setAutoFlushCommands(true);
            connection.flushCommands();
            answers.forEach(Runnable::run);
            sent += sendings.size();
            refusedForNow(random, at, model, command(random, at, step), story);
            check(at, model, story);
            if (random.nextInt(12) == 0) {
                moved(random, at, model, story);
                check(at, model, story);
            }
        }
        ledgerSums(at, model, from);
    }

    /** The wallet leaves, and comes as it would into another shard; where something is open, or the books are behind, it stays. */
    private static void moved(Random random, WalletAddress at, WalletModel model, Supplier<String> story) {
        if (random.nextBoolean()) {
            model.exchanges.forEach((id, exchange) -> {
                if (exchange.state.equals("OPEN")) {
                    assertThat(model.settle(id, "f0", 0)).isTrue();
                    assertThat(control.settle(new Settle(at, id, "f0", Usd.ZERO, false, "chat")))
                            .as(story)
                            .isInstanceOf(SettleResult.Settled.class);
                }
            });
        }
        WalletState before = control.wallet(at).orElseThrow();
        long number = watch.n(at.shard());
        assertThat(control.move(new Move.WalletOut(at, number, before.seq() + 1, before.balance(), List.of())))
                .as(story)
                .isEqualTo(new MoveResult.Rejected("STALE", Long.toString(before.seq())));
        assertThat(control.move(new Move.WalletOut(
                        at, number, before.seq(), new Usd(before.balance().nano() - 1), List.of())))
                .as(story)
                .isEqualTo(new MoveResult.Rejected("STALE", Long.toString(before.seq())));
        Move out = new Move.WalletOut(at, number, before.seq(), before.balance(), List.of());
        if (model.open() > 0) {
            assertThat(control.move(out)).as(story).isEqualTo(new MoveResult.Held(model.open()));
            return;
        }
        MoveResult left = new MoveResult.Done(before.seq() + 1);
        String from = last(at.shard());
        assertThat(control.move(out)).as(story).isEqualTo(left);
        assertThat(control.move(out)).as(story).isEqualTo(left);
        LedgerEntry entry = control.entries(at.shard(), from, 10).getFirst();
        assertThat(raw.hgetall(Keys.wallet(at)).keySet()).as(story).containsExactlyInAnyOrder("seq", "mv");
        Command command = new Command('p', at.wallet() + "-gone" + number, "f", 0, 1, false);
        long n = watch.n(at.shard());
        for (Call call : List.of(
                Calls.place(place(at, command), n),
                Calls.settle(settle(at, command), Usd.parse("10"), n),
                Calls.post(new Post(at, command.id, EntryKind.ADJUST, new Usd(1), true, "TEST", "r", "t"), n),
                Calls.expireGrants(at, "TEST", n),
                Calls.set(at, "state", 99, "active", n))) {
            assertThat(word(call)).as(() -> story.get() + " " + call.script()).isEqualTo("UNKNOWN");
        }
        Move in = new Move.WalletIn(
                at, number, before.seq() + 1, before.balance(), "TEST", before.state(), 0, entry.caps());
        assertThat(control.move(in)).as("where it left").isInstanceOf(MoveResult.Rejected.class);
        raw.del(Keys.wallet(at));
        for (int again = 0; again < 2; again++) {
            assertThat(control.move(in)).as(story).isEqualTo(new MoveResult.Done(before.seq() + 2));
        }
        model.moved();
    }

    private static Command command(Random random, WalletAddress at, int step) {
        String id = at.wallet() + "-x" + (step / 8 + random.nextInt(40));
        long amount = amount(random);
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> new Command('p', id, "", random.nextBoolean() ? amount : amount / 3, amount, false);
            case 3, 4 -> new Command('s', id, "f" + random.nextInt(2), 0, random.nextInt(4) == 0 ? 0 : amount, false);
            case 5 -> {
                String entry = at.wallet() + "-p" + (step / 8 + random.nextInt(60));
                yield new Command('m', entry, "", 0, random.nextInt(3) == 0 ? -amount : amount, random.nextInt(8) == 0);
            }
            case 6 -> new Command('e', id, "", 0, 0, false);
            case 9 -> {
                long given = 1L + random.nextInt(2_000_000_000);
                yield new Command(
                        't',
                        at.wallet() + "g" + (step / 8 + random.nextInt(60)),
                        Integer.toString(random.nextInt(3)),
                        clock + random.nextInt(100_000) - 5_000,
                        given,
                        false);
            }
            case 10 -> new Command('x', id, "", 0, 0, false);
            case 11 -> new Command('c', id, "", 0, random.nextInt(40_000), false);
            case 12 -> new Command('f', id, "r" + random.nextInt(2), 0, 1L + random.nextInt(500_000_000), false);
            case 8, 13, 14 -> new Command('v', id, "", amount / (1 + random.nextInt(3)), amount, false);
            case 15 -> new Command('p', id, "", amount, amount / (1 + random.nextInt(4)), false);
            case 7 -> new Command('g', id, "f" + random.nextInt(2), 0, amount, random.nextBoolean());
            default -> new Command('r', id, "", 0, amount, random.nextInt(20) == 0);
        };
    }

    /** Sends a command; the rest of it looks at the answer. */
    private static Runnable send(WalletAddress at, WalletModel model, Command command, Supplier<String> story) {
        String id = command.id;
        long n = watch.n(at.shard());
        return switch (command.kind) {
            case 'p' -> {
                long granted = model.place(id, command.least, command.amount);
                yield sent(
                        Calls.place(place(at, command), n),
                        reply -> assertThat(
                                        Results.place(reply) instanceof PlaceResult.Placed ok
                                                ? ok.granted().nano()
                                                : Results.place(reply) instanceof PlaceResult.GrantDue ? -2 : -1)
                                .as(() -> story.get() + " " + command + " " + reply.parts())
                                .isEqualTo(granted));
            }
            case 's' -> {
                boolean booked = model.settle(id, command.print, command.amount);
                yield sent(Calls.settle(settle(at, command), control.maxOverrun(), n), settled(booked, command, story));
            }
            case 'm' -> {
                boolean booked = model.post(id, command.amount, command.flag);
                Post post = new Post(at, id, EntryKind.ADJUST, new Usd(command.amount), command.flag, "TEST", "r", "t");
                yield sent(Calls.post(post, n), posted(booked, command, story));
            }
            case 'e' -> {
                // nobody renewed: the expiry is put into the past, as time would
                boolean due = model.expire(id);
                long past = System.currentTimeMillis() - 1_000;
                if (due) {
                    connection.async().zadd(Keys.expiries(at.shard()), (double) past, id);
                }
                Settle nothing = new Settle(at, id, "expired", Usd.ZERO, true, "expiry");
                DueHold hold = new DueHold(id, at.organisation(), at.wallet(), 1, past);
                yield sent(Calls.expire(nothing, hold, n), settled(due, command, story));
            }
            case 'g' -> {
                // its record goes as an hour passes, or as a lost second takes it along: the caller says what was taken
                if (command.flag && model.forget(id)) {
                    connection.async().del(Keys.exchange(at.shard(), id));
                }
                Usd captured = new Usd(model.captured(id));
                List<GrantMove> burnt = model.burnt(id).stream()
                        .map(each -> new GrantMove(each.id, each.expires, each.priority, each.rest))
                        .toList();
                boolean booked = model.replay(id, command.print, command.amount);
                ControlPort.Gone gone = new ControlPort.Gone(settle(at, command), captured, 0, burnt);
                yield sent(Calls.replay(gone, n), settled(booked, command, story));
            }
            case 't' -> {
                GrantMove terms = new GrantMove(id, command.least, Integer.parseInt(command.print), command.amount);
                boolean given = model.grant(id, terms);
                yield sent(
                        Calls.post(
                                new Post(
                                        at,
                                        id,
                                        EntryKind.GRANT,
                                        new Usd(command.amount),
                                        false,
                                        "TEST",
                                        "r",
                                        "t",
                                        List.of(terms)),
                                n),
                        posted(given, command, story));
            }
            case 'x' -> {
                model.expireGrants();
                yield sent(Calls.expireGrants(at, "TEST", n), posted(true, command, story));
            }
            case 'c' -> {
                clock += command.amount;
                model.nowMs = clock;
                connection.async().hset(Keys.shard(at.shard()), "hwm_ms", Long.toString(clock));
                yield () -> {};
            }
            case 'f' -> {
                List<GrantMove> parts = model.refundable(id, command.amount);
                boolean booked = model.refund(id + command.print, command.amount, parts);
                yield sent(
                        Calls.post(
                                new Post(
                                        at,
                                        id + command.print,
                                        EntryKind.REFUND,
                                        new Usd(command.amount),
                                        false,
                                        "TEST",
                                        "r",
                                        "t",
                                        parts),
                                n),
                        posted(booked, command, story));
            }
            case 'v' -> {
                String expected = model.extend(id, command.least, command.amount, command.amount / 2);
                Extend extend = new Extend(
                        new Renew(at, id, 1, new Usd(command.amount / 2), LIFE),
                        new Usd(command.least),
                        new Usd(command.amount),
                        Extend.Caps.NONE);
                yield sent(
                        Calls.extend(extend, n),
                        reply -> assertThat(reply.is("OK") ? "OK " + reply.text(1) : reply.word())
                                .as(() -> story.get() + " " + command + " " + reply.parts())
                                .isEqualTo(expected));
            }
            default -> {
                if (command.flag && model.outlive(id)) {
                    connection.async().hset(Keys.exchange(at.shard(), id), "end", "1");
                }
                String expected = model.renew(id, command.amount);
                Renew renew = new Renew(at, id, 1, new Usd(command.amount), LIFE);
                yield sent(
                        Calls.renew(renew, n),
                        reply -> assertThat(reply.word())
                                .as(() -> story.get() + " " + command + " " + reply.parts())
                                .isEqualTo(expected));
            }
        };
    }

    private static Consumer<Reply> posted(boolean booked, Command command, Supplier<String> story) {
        return reply -> assertThat(Results.post(reply) instanceof PostResult.Posted)
                .as(() -> story.get() + " " + command + " " + reply.parts())
                .isEqualTo(booked);
    }

    private static Consumer<Reply> settled(boolean booked, Command command, Supplier<String> story) {
        return reply -> assertThat(Results.settle(reply) instanceof SettleResult.Settled)
                .as(() -> story.get() + " " + command + " " + reply.parts())
                .isEqualTo(booked);
    }

    private static Runnable sent(Call call, Consumer<Reply> look) {
        RedisFuture<List<Object>> answer =
                connection.async().evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args());
        return () -> {
            Reply reply = new Reply(LettuceFutures.awaitOrCancel(answer, 30, TimeUnit.SECONDS));
            Results.watch(watch, call.shard(), reply);
            look.accept(reply);
        };
    }

    /** What a shard that is behind, a clock that jumped and a wallet that is full refuse: by name, and nothing changes. */
    private static void refusedForNow(
            Random random, WalletAddress at, WalletModel model, Command command, Supplier<String> story) {
        long n = watch.n(at.shard());
        String shard = Keys.shard(at.shard());
        switch (random.nextInt(12)) {
            case 0 -> {
                long seen = n + 1 + random.nextInt(3);
                List<Call> calls = List.of(
                        Calls.place(place(at, command), seen),
                        Calls.settle(settle(at, command), Usd.parse("10"), seen),
                        Calls.replay(new ControlPort.Gone(settle(at, command), Usd.ZERO, 0, List.of()), seen),
                        Calls.expireGrants(at, "TEST", seen),
                        Calls.renew(new Renew(at, command.id, 1, Usd.ZERO, LIFE), seen),
                        Calls.extend(
                                new Extend(
                                        new Renew(at, command.id, 1, Usd.ZERO, LIFE),
                                        new Usd(1),
                                        new Usd(1),
                                        Extend.Caps.NONE),
                                seen),
                        Calls.set(at, "state", 99, "closed", seen));
                for (Call call : calls) {
                    assertThat(word(call))
                            .as(() -> story.get() + " " + call.script())
                            .isEqualTo("BEHIND");
                }
            }
            case 1 -> {
                String fresh = at.wallet() + "-clock" + n;
                String before = Objects.requireNonNullElse(raw.hget(shard, "hwm_ms"), "0");
                raw.hset(shard, "hwm_ms", Long.toString(control.nowMs() - 700_000));
                Call call = Calls.place(place(at, new Command('p', fresh, "", 0, 0, false)), n);
                call.args()[2] = Long.toString(control.nowMs() - 400_000);
                assertThat(word(call)).as(story).isEqualTo("CLOCK");
                raw.hset(shard, "hwm_ms", before);
            }
            case 2 -> {
                String fresh = at.wallet() + "-full" + n;
                raw.hset(Keys.wallet(at), "open", "100000");
                Call call = Calls.place(place(at, new Command('p', fresh, "", 0, 0, false)), n);
                assertThat(word(call)).as(story).isEqualTo("FULL");
                raw.hset(Keys.wallet(at), "open", Long.toString(model.open()));
            }
            default -> {}
        }
    }

    private static Place place(WalletAddress at, Command command) {
        long want = Math.abs(command.amount);
        return new Place(
                at, command.id, 1, new Usd(command.least), new Usd(want), LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false);
    }

    private static Settle settle(WalletAddress at, Command command) {
        String print = command.print.isEmpty() ? "f" : command.print;
        return new Settle(at, command.id, print, new Usd(Math.abs(command.amount)), false, "chat");
    }

    private static String word(Call call) {
        List<Object> reply = raw.evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args());
        return String.valueOf(reply.getFirst());
    }

    private static String last(int shard) {
        return raw.xrevrange(Keys.ledger(shard), Range.unbounded(), Limit.from(1))
                .getFirst()
                .getId();
    }

    private static long amount(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(10);
            case 1 -> 100_000_000_000_000L + random.nextInt(1000);
            case 2 -> 1 + random.nextInt(2_000_000_000);
            default -> 1 + (random.nextLong() >>> 12) % 4_000_000_000_000_000L;
        };
    }

    private static void check(WalletAddress at, WalletModel model, Supplier<String> story) {
        List<KeyValue<String, String>> kept = raw.hmget(Keys.wallet(at), "bal", "held", "seq", "open");
        assertThat(kept)
                .as(story)
                .extracting(KeyValue::getValue)
                .containsExactly(
                        Long.toString(model.balance),
                        Long.toString(model.held),
                        Long.toString(model.entries),
                        Long.toString(model.open()));
        assertThat(model.held).as(story).isNotNegative();
        assertThat(control.grants(at))
                .as(story)
                .isEqualTo(model.grants.stream()
                        .map(each -> new Grant(each.id, each.priority, each.expires, new Usd(each.rest)))
                        .toList());
        String due = raw.hget(Keys.wallet(at), "nexp");
        assertThat(due == null ? -1 : Long.parseLong(due)).as(story).isEqualTo(model.dueMs);
    }

    private static void ledgerSums(WalletAddress at, WalletModel model, String from) {
        long sum = 0;
        Map<String, Long> grants = new TreeMap<>();
        long seq = model.seen;
        String position = from;
        List<LedgerEntry> entries = control.entries(at.shard(), position, 10_000);
        while (!entries.isEmpty()) {
            for (LedgerEntry entry : entries) {
                if (entry.wallet().equals(at.wallet())) {
                    sum += entry.amount().nano();
                    GrantMove.of(entry.caps()).forEach(move -> grants.merge(move.grant(), move.moved(), Long::sum));
                    seq++;
                    assertThat(entry.seq()).isEqualTo(seq);
                    assertThat(entry.balance().nano()).isEqualTo(sum);
                }
            }
            position = entries.getLast().streamId();
            entries = control.entries(at.shard(), position, 10_000);
        }
        assertThat(seq).isEqualTo(model.entries);
        assertThat(sum).isEqualTo(model.balance);
        grants.values().removeIf(rest -> rest == 0);
        Map<String, Long> left = new TreeMap<>();
        model.grants.forEach(each -> left.put(each.id, each.rest));
        assertThat(grants).isEqualTo(left);
        model.exchanges.forEach((id, exchange) -> assertThat(control.exchange(at.shard(), id)
                        .map(each -> each.captured().nano())
                        .orElse(exchange.captured))
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
        PlaceResult placed = control.place(new Place(
                at, at + "-x", 1, Usd.parse(least), Usd.parse(want), LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false));
        assertThat(placed.getClass().getSimpleName()).isEqualTo(outcome);
        if (story.contains("half")) {
            assertThat(((PlaceResult.Placed) placed).granted()).isEqualTo(Usd.parse("0.50"));
        }
    }

    @Tag("wide")
    @Test
    void a_million_debits_of_a_millionth_are_a_dollar_to_the_nano() {
        WalletAddress at = wallet();
        int debits = Breadth.full() ? 1_000_000 : 10_000;
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse("1"), false, "TEST", "r", "t"));
        for (int done = 0; done < debits; done += 1_000) {
            List<Runnable> answers = new ArrayList<>();
            connection.setAutoFlushCommands(false);
            for (int i = done; i < done + 1_000; i++) {
                Post debit = new Post(at, at + "-d" + i, EntryKind.ADJUST, new Usd(-1_000), false, "TEST", "r", "t");
                answers.add(sent(
                        Calls.post(debit, watch.n(at.shard())),
                        reply -> assertThat(reply.word()).isEqualTo("OK")));
            }
            connection.setAutoFlushCommands(true);
            connection.flushCommands();
            answers.forEach(Runnable::run);
        }
        assertThat(control.wallet(at).orElseThrow().balance())
                .isEqualTo(new Usd(Usd.parse("1").nano() - 1_000L * debits));
    }

    @Test
    void a_release_that_overtakes_its_place_bars_it() {
        WalletAddress at = wallet();
        assertThat(control.settle(new Settle(at, at + "-x", "f", Usd.ZERO, false, "")))
                .isInstanceOf(SettleResult.Settled.class);
        assertThat(control.place(
                        new Place(at, at + "-x", 1, Usd.ZERO, Usd.ZERO, LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false)))
                .isEqualTo(new PlaceResult.AlreadyFinal());
    }

    @Test
    void a_frozen_wallet_admits_nothing_new_and_settles_what_is_open() {
        WalletAddress at = wallet();
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse("1"), false, "TEST", "r", "t"));
        control.place(new Place(
                at, at + "-x", 1, Usd.parse("0.5"), Usd.parse("0.5"), LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false));
        assertThat(control.setState(at, 1, "frozen")).isEqualTo(new SetResult.Done());
        assertThat(control.setState(at, 0, "active")).isEqualTo(new SetResult.Stale(1));
        assertThat(control.place(
                        new Place(at, at + "-y", 1, Usd.ZERO, Usd.ZERO, LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false)))
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
        try (ControlPort strict = ControlPort.connect(on.redis.url(), watch, Usd.parse("10"))) {
            overrun(strict, at, "1", "6.00");
            assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("active");
            overrun(strict, at, "2", "4.00");
            assertThat(control.wallet(at).orElseThrow().state())
                    .as("ten are allowed")
                    .isEqualTo("active");
            String from = last(at.shard());
            overrun(strict, at, "3", "0.000000001");
            assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("frozen");
            assertThat(control.entries(at.shard(), from, 1_000).getLast().froze())
                    .isEqualTo(1);
            assertThat(control.place(new Place(
                            at, at + "-y", 1, Usd.ZERO, Usd.ZERO, LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false)))
                    .isEqualTo(new PlaceResult.WalletNotActive("frozen"));
            assertThat(control.setState(at, 1, "active")).isEqualTo(new SetResult.Done());
            overrun(strict, at, "4", "10.00");
            assertThat(control.wallet(at).orElseThrow().state()).isEqualTo("active");
        }
    }

    private static void overrun(ControlPort strict, WalletAddress at, String id, String over) {
        Usd held = Usd.parse("0.5");
        String exchange = at + "-over" + id;
        assertThat(control.place(new Place(at, exchange, 1, held, held, LIFE, LONG, Usd.ZERO, 0, "v", "TEST", false)))
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
    void a_live_key_and_a_test_wallet_never_mix() {
        WalletAddress at = wallet();
        control.post(new Post(at, at + "-t", EntryKind.TOP_UP, Usd.parse("1"), false, "TEST", "r", "t"));
        for (boolean reinstate : new boolean[] {false, true}) {
            Place place = new Place(
                    at, at + "-x", 1, Usd.ZERO, Usd.parse("0.5"), LIFE, LONG, Usd.ZERO, 0, "v", "USD", reinstate);
            assertThat(control.place(place)).isEqualTo(new PlaceResult.Rejected("CUR", "TEST"));
        }
        assertThat(control.wallet(at).orElseThrow().held()).isEqualTo(Usd.ZERO);
        assertThat(control.exchange(at.shard(), at + "-x")).isEmpty();
    }

    @Test
    void a_redis_that_is_another_or_went_back_is_not_written_to() {
        WalletAddress at = wallet();
        String run = control.run();
        raw.hset(Keys.shard(at.shard()), "run", "another");
        try {
            assertThat(control.settle(new Settle(at, at + "-x", "f", Usd.ZERO, false, "")))
                    .isEqualTo(new SettleResult.Unavailable("FENCED", false));
            assertThat(watch.closed(at.shard())).isEqualTo("FENCED");
        } finally {
            raw.hset(Keys.shard(at.shard()), "run", run);
            watch.open(at.shard());
        }
    }

    private static WalletAddress wallet() {
        WalletAddress at = new WalletAddress(3, "o", "w" + wallets++);
        assertThat(control.post(new Post(at, at + "-open", EntryKind.OPEN, Usd.ZERO, false, "TEST", "", "t")))
                .isInstanceOf(PostResult.Posted.class);
        return at;
    }
}
