package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.Breadth;
import tollgate.pricing.Usd;

/**
 * Wallets that share caps, on a real redis-server against a model: random commands that are each sent once to three times,
 * while windows change, caps are raised, lowered, reset and removed with holds open, and holds expire.
 */
@Tag("wide")
@SuppressWarnings("NullAway") // started before all tests; what is looked up is there
class CapModelTest {
    private static final int SHARD = 4;
    private static final long WINDOW = 1_000;
    private static final Duration LIFE = Duration.ofDays(30);

    @TempDir
    static Path folder;

    private static OpenShard on;
    private static ControlPort control;
    private static RedisCommands<String, String> raw;
    private static long clock;
    private static int runs;
    private static final Map<String, Integer> OUTCOMES = new TreeMap<>();
    private static final Map<String, Integer> EXTENSIONS = new TreeMap<>();

    private Random random = new Random();
    private CapModel model = new CapModel();
    private String run = "";
    private final List<String> caps = new ArrayList<>();
    private final List<String> bundles = new ArrayList<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final Map<String, Long> resets = new HashMap<>();

    @BeforeAll
    static void start() throws IOException {
        on = new OpenShard(folder, SHARD, new Usd(Usd.MAX_NANO));
        control = on.control;
        raw = on.raw;
        // a day ahead: the scripts' clock never goes back, so from here on it is ours
        clock = control.nowMs() + 86_400_000;
    }

    @AfterAll
    static void stop() {
        assertThat(OUTCOMES)
                .as("what the commands met")
                .hasSize(8)
                .allSatisfy((word, count) -> assertThat(count).isGreaterThan(20));
        assertThat(EXTENSIONS)
                .as("what extensions met")
                .hasSize(7)
                .allSatisfy((word, count) -> assertThat(count).isGreaterThan(3));
        on.close();
    }

    static LongStream seeds() {
        return Breadth.seeds(4, 20);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void random_commands_leave_what_the_model_says_after_every_step(long seed) {
        random = new Random(seed);
        model = new CapModel();
        run = "r" + runs++;
        caps.clear();
        bundles.clear();
        for (int i = 0; i < 2; i++) {
            bundles.add(run + "b" + i);
            model.counters.put(run + "b" + i, new CapModel.Counter(CapUnit.BUNDLE, 0));
            versions.put(run + "b" + i, 0L);
        }
        model.counters.put(run + "v", new CapModel.Counter(CapUnit.VOLUME, 0));
        versions.put(run + "v", 0L);
        for (int i = 0; i < 3; i++) {
            String wallet = run + "w" + i;
            post(wallet, EntryKind.OPEN, 0);
            // two of them are short of money before they are short of caps
            long funds = i < 2 ? 8_000 : 100_000;
            post(wallet, EntryKind.TOP_UP, funds);
            model.purses.put(wallet, new CapModel.Purse());
            model.purses.get(wallet).balance = funds;
        }
        for (int step = 0; step < 800; step++) {
            String story = "seed " + seed + " step " + step;
            tick();
            int sendings = 1 + random.nextInt(3);
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> place(story, sendings);
                case 4, 5, 6 -> settle(story, sendings);
                case 7 -> renew(story, sendings);
                case 8 -> expire(story, sendings);
                case 9 -> define();
                case 10 -> change();
                case 11, 12, 13 -> extend(story, sendings);
                case 14 -> move(story, sendings);
                default -> resetOrRemove(story, sendings);
            }
            check(story);
        }
        entriesSumToCounters();
    }

    private void tick() {
        int far = random.nextInt(20);
        clock += far == 0 ? random.nextInt(100_000) : far < 5 ? random.nextInt(700) : 0;
        raw.hset(Keys.shard(SHARD), "hwm_ms", Long.toString(clock));
    }

    private void define() {
        if (caps.size() < 8) {
            String cap = run + "c" + model.counters.size();
            CapUnit unit = List.of(CapUnit.values()).get(random.nextInt(6));
            CapModel.Counter counter = new CapModel.Counter(unit, step(unit));
            counter.limit = limit(unit);
            model.counters.put(cap, counter);
            versions.put(cap, 1L);
            caps.add(cap);
        }
    }

    private long step(CapUnit unit) {
        return switch (unit) {
            case USD, TOKENS, REQUESTS -> random.nextBoolean() ? 0 : 20 + random.nextInt(200);
            case TOKEN_RATE -> 20 + random.nextInt(200);
            case RATE -> 1 + random.nextInt(5_000);
            case OPEN, BUNDLE, VOLUME -> 0;
        };
    }

    private long limit(CapUnit unit) {
        return random.nextInt(20) == 0
                ? 0
                : switch (unit) {
                    case USD, TOKENS, TOKEN_RATE, BUNDLE -> random.nextInt(120_000);
                    case REQUESTS, OPEN, RATE, VOLUME -> random.nextInt(30);
                };
    }

    /** Raised or lowered, below what is spent too. */
    private void change() {
        // a file says otherwise: nobody counts its versions
        CapModel.Counter bundle = model.counters.get(bundles.get(random.nextInt(bundles.size())));
        bundle.limit = limit(bundle.unit);
        if (!caps.isEmpty()) {
            String cap = caps.get(random.nextInt(caps.size()));
            CapModel.Counter counter = model.counters.get(cap);
            counter.limit = limit(counter.unit);
            versions.merge(cap, 1L, Long::sum);
        }
    }

    /** A counter leaves and comes again, as into another shard, where nothing is held; else it stays. */
    private void move(String story, int sendings) {
        List<String> all = new ArrayList<>(caps);
        all.addAll(bundles);
        String cap = all.get(random.nextInt(all.size()));
        WalletAddress at = at(wallet());
        long number = clock;
        String key = Keys.cap(SHARD, cap + ":s");
        boolean there = raw.exists(key) == 1;
        String from = raw.xrevrange(Keys.ledger(SHARD), Range.unbounded(), Limit.from(1))
                .getFirst()
                .getId();
        for (int i = 0; i < sendings; i++) {
            MoveResult left = control.move(new Move.CounterOut(at, number, cap + ":s"));
            if (there && model.counters.get(cap).heldInAll() > 0) {
                assertThat(left).as(story).isInstanceOf(MoveResult.Held.class);
                return;
            }
            assertThat(left).as(story).isEqualTo(new MoveResult.Done(1));
        }
        List<LedgerEntry> entries = control.entries(SHARD, from, 10);
        if (!there) {
            assertThat(entries).as(story).isEmpty();
            return;
        }
        assertThat(raw.hgetall(key).keySet()).as(story).containsExactly("mv");
        for (int i = 0; i < sendings; i++) {
            assertThat(control.move(new Move.CounterIn(
                            at, number, cap + ":s", entries.getFirst().caps())))
                    .as(story)
                    .isEqualTo(new MoveResult.Done(2));
        }
    }

    private void resetOrRemove(String story, int sendings) {
        if (caps.isEmpty()) {
            return;
        }
        String cap = caps.get(random.nextInt(caps.size()));
        CapModel.Counter counter = model.counters.get(cap);
        long version = versions.merge(cap, 1L, Long::sum);
        boolean remove = random.nextInt(3) == 0;
        for (int i = 0; i < sendings; i++) {
            assertThat(
                            remove
                                    ? control.removeCap(at("-"), cap, "s", version)
                                    : control.resetCap(at("-"), cap, "s", version))
                    .as(story)
                    .isEqualTo(new SetResult.Done());
        }
        if (remove) {
            counter.removed = true;
            caps.remove(cap);
        } else {
            resets.put(cap, version);
            model.reset(counter, version);
        }
    }

    private void place(String story, int sendings) {
        String wallet = wallet();
        String id = id();
        long want = 1L + random.nextInt(20_000);
        long least = least(want);
        long tokensWant = random.nextInt(20_000);
        long tokensLeast = least(tokensWant);
        List<CapModel.Ask> asks = new ArrayList<>();
        List<CapDemand> demands = new ArrayList<>();
        List<CapDemands.Covered> covered = List.of();
        List<String> asked = new ArrayList<>(caps);
        String bundle = bundles.get(random.nextInt(bundles.size()));
        asked.addFirst(run + "v");
        asked.addFirst(bundle);
        for (String cap : asked) {
            if (random.nextBoolean()) {
                CapModel.Counter counter = model.counters.get(cap);
                long version = random.nextInt(10) == 0 ? 0 : versions.get(cap);
                covered = cap.equals(bundle) ? covered(least, want, Math.max(tokensLeast, tokensWant)) : covered;
                // whoever asks may be one window behind, which is good, or two, or ahead
                long offered = Math.floorDiv(clock, WINDOW) - (random.nextInt(3) == 0 ? 1 : 0);
                offered -= random.nextInt(10) == 0 ? 2 : random.nextInt(10) == 0 ? -2 : 0;
                long start = offered * WINDOW;
                boolean ever = counter.unit == CapUnit.OPEN;
                boolean fits = ever || counter.step > 0 || (clock >= start && clock < start + 2 * WINDOW);
                long window = counter.unit == CapUnit.RATE
                        ? clock
                        : ever
                                ? 0
                                : counter.step > 0
                                        ? Math.floorDiv(clock, counter.step)
                                        : Math.floorDiv(clock, WINDOW) * WINDOW;
                asks.add(new CapModel.Ask(counter, window, fits, version, counter.limit));
                demands.add(new CapDemand(
                        cap,
                        "s",
                        version,
                        resets.getOrDefault(cap, 0L),
                        counter.unit,
                        counter.limit,
                        counter.step,
                        ever ? 0 : start,
                        ever ? CapDemand.NEVER_MS : start + WINDOW,
                        ever ? CapDemand.NEVER_MS : start + 2 * WINDOW));
            }
        }
        boolean observed = random.nextInt(5) == 0;
        String expected = model.place(wallet, id, least, want, tokensLeast, tokensWant, asks, covered, observed);
        String[] words = expected.split(" ", -1);
        OUTCOMES.merge(
                words[0] + (words.length > 3 && words[0].equals("OK") ? " not " + words[3] : ""), 1, Integer::sum);
        for (int i = 0; i < sendings; i++) {
            PlaceResult placed = control.place(new Place(
                    at(wallet),
                    id,
                    1,
                    new Usd(least),
                    new Usd(want),
                    LIFE,
                    LIFE,
                    Usd.ZERO,
                    0,
                    "v",
                    "TEST",
                    false,
                    new CapDemands(demands, tokensLeast, tokensWant, covered),
                    null,
                    observed,
                    null,
                    Place.USUAL_MOST_OPEN));
            assertThat(word(placed)).as(story + " " + placed).isEqualTo(expected);
            if (placed instanceof PlaceResult.Placed ok) {
                assertThat(ok.caps().chargedBefore().nano()).as(story).isEqualTo(model.exchanges.get(id).chargedBefore);
            }
        }
    }

    /** What has to be held, less and less as more tokens are paid for; or nobody says. */
    private List<CapDemands.Covered> covered(long least, long want, long all) {
        List<CapDemands.Covered> rows = new ArrayList<>();
        int parts = random.nextInt(5);
        for (int part = 1; part <= parts && all > 8; part++) {
            rows.add(new CapDemands.Covered(
                    all * part / parts,
                    new Usd(least * (parts - part) / parts),
                    new Usd(want * (parts - part) / parts)));
        }
        return rows;
    }

    /** Below what is wanted, the same, or more: then that has to be affordable, and what is wanted is held. */
    private long least(long want) {
        return switch (random.nextInt(4)) {
            case 0 -> want;
            case 1 -> want * 3;
            default -> want / 3;
        };
    }

    /** More is asked for an open hold, by somebody who may know an old version of its caps. */
    private void extend(String story, int sendings) {
        // what has expired is settled soon, and else seldom met
        String state = random.nextInt(8) == 0 ? "EXPIRED" : "OPEN";
        List<String> open = model.exchanges.entrySet().stream()
                .filter(each -> each.getValue().state.equals(state))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        String id = open.isEmpty() || random.nextInt(3) == 0 ? id() : open.get(random.nextInt(open.size()));
        String wallet = model.exchanges.containsKey(id) ? owner(id) : wallet();
        long want = random.nextInt(20_000);
        long least = want / (1 + random.nextInt(3));
        long tokensWant = random.nextInt(20_000);
        long tokensLeast = tokensWant / (1 + random.nextInt(3));
        boolean old = random.nextInt(5) == 0;
        Map<CapModel.Counter, CapModel.Known> known = new HashMap<>();
        model.counters.forEach((cap, counter) -> known.put(
                counter,
                new CapModel.Known(
                        old ? 0 : versions.get(cap),
                        counter.limit,
                        counter.step > 0 ? Math.floorDiv(clock, counter.step) : 0)));
        List<CapModel.Counter> holding = model.holding(id);
        String expected = model.extend(id, least, want, tokensLeast, tokensWant, known::get);
        EXTENSIONS.merge(expected.split(" ", -1)[0], 1, Integer::sum);
        Extend.Caps caps = holding.isEmpty() || control.exchange(SHARD, id).isEmpty()
                ? Extend.Caps.NONE
                : new Extend.Caps(
                        control.exchange(SHARD, id).orElseThrow().caps(),
                        holding.stream()
                                .map(known::get)
                                .map(each -> new Extend.Known(each.version(), each.limit()))
                                .toList(),
                        tokensLeast,
                        tokensWant);
        for (int i = 0; i < sendings; i++) {
            Call call = Calls.extend(
                    new Extend(new Renew(at(wallet), id, 1, Usd.ZERO, LIFE), new Usd(least), new Usd(want), caps), 0);
            List<Object> parts =
                    raw.eval(call.script().text(), io.lettuce.core.ScriptOutputType.MULTI, call.keys(), call.args());
            assertThat(word(Results.extend(new Reply(parts))))
                    .as(story + " " + parts)
                    .isEqualTo(expected);
        }
    }

    private static String word(ExtendResult extended) {
        return switch (extended) {
            case ExtendResult.Extended ok -> "OK " + ok.held().nano() + " " + ok.tokens();
            case ExtendResult.NoHold _ -> "NO_HOLD";
            case ExtendResult.Over(String why) -> why;
            case ExtendResult.InsufficientFunds _ -> "FUNDS";
            case ExtendResult.CapReached cap -> "CAP " + cap.index() + " " + cap.spent() + " " + cap.held();
            case ExtendResult.StaleCap(int index) -> "STALE_CAP " + index;
            default -> extended.toString();
        };
    }

    private static String word(PlaceResult placed) {
        return switch (placed) {
            case PlaceResult.Placed ok ->
                "OK " + ok.granted().nano() + " " + ok.tokens()
                        + (ok.notRefused() == null ? "" : " " + word(ok.notRefused()));
            case PlaceResult.AlreadyFinal() -> "DONE";
            case PlaceResult.InsufficientFunds _ -> "FUNDS";
            case PlaceResult.CapReached cap -> "CAP " + cap.index() + " " + cap.spent() + " " + cap.held();
            case PlaceResult.StaleCap(int index) -> "STALE_CAP " + index;
            case PlaceResult.StaleWindow(int index, long now) -> "STALE_WINDOW " + index;
            default -> placed.toString();
        };
    }

    private void settle(String story, int sendings) {
        String id = id();
        String wallet = random.nextInt(10) == 0 || !model.exchanges.containsKey(id) ? wallet() : owner(id);
        long total = random.nextInt(4) == 0 ? 0 : random.nextInt(25_000);
        long tokens = random.nextInt(4) == 0 ? 0 : random.nextInt(25_000);
        boolean came = random.nextBoolean();
        String print = "f" + random.nextInt(2);
        boolean booked = model.settle(wallet, id, print, total, tokens, came);
        for (int i = 0; i < sendings; i++) {
            // which caps hold it is not named: it is asked again with those that the record has
            SettleResult settled = control.settle(new Settle(
                    at(wallet),
                    id,
                    print,
                    new Usd(total),
                    false,
                    "chat",
                    false,
                    new Settle.Counted(HeldCaps.NONE, tokens, came)));
            assertThat(settled instanceof SettleResult.Settled)
                    .as(story + " " + settled)
                    .isEqualTo(booked);
        }
    }

    private void renew(String story, int sendings) {
        String id = id();
        long accrued = random.nextInt(25_000);
        long tokens = random.nextInt(25_000);
        String wallet = model.exchanges.containsKey(id) ? owner(id) : wallet();
        boolean there = model.renew(id, accrued, tokens);
        for (int i = 0; i < sendings; i++) {
            Call call = Calls.renew(new Renew(at(wallet), id, 1, new Usd(accrued), LIFE, tokens), 0);
            List<Object> reply =
                    raw.eval(call.script().text(), io.lettuce.core.ScriptOutputType.MULTI, call.keys(), call.args());
            assertThat(reply.getFirst().equals("OK")).as(story + " " + reply).isEqualTo(there);
        }
    }

    private void expire(String story, int sendings) {
        String id = id();
        String wallet = model.exchanges.containsKey(id) ? owner(id) : wallet();
        boolean due = model.expire(id);
        if (due) {
            raw.zadd(Keys.expiries(SHARD), (double) clock - 1, id);
        }
        for (int i = 0; i < sendings; i++) {
            SettleResult expired = control.expire(SHARD, new DueHold(id, "o", wallet, 1, clock - 1));
            assertThat(expired instanceof SettleResult.Settled)
                    .as(story + " " + expired)
                    .isEqualTo(due && i == 0);
        }
    }

    private void check(String story) {
        model.purses.forEach((wallet, purse) -> {
            WalletState state = control.wallet(at(wallet)).orElseThrow();
            assertThat(state.balance().nano()).as(story + " " + wallet).isEqualTo(purse.balance);
            assertThat(state.held().nano()).as(story + " " + wallet).isEqualTo(purse.held);
        });
        model.counters.forEach((cap, counter) -> checkCounter(cap, counter, story + " " + cap));
    }

    private static void checkCounter(String cap, CapModel.Counter counter, String story) {
        Map<String, String> fields = raw.hgetall(Keys.cap(SHARD, cap + ":s"));
        if (counter.removed && counter.heldInAll() == 0) {
            assertThat(fields).as(story).isEmpty();
            return;
        }
        if (counter.unit == CapUnit.RATE) {
            assertThat(fields.getOrDefault("lvl", "0")).as(story).isEqualTo(Long.toString(counter.level));
            return;
        }
        if (counter.step > 0) {
            if (fields.containsKey("k")) {
                long newest = Long.parseLong(fields.get("k"));
                assertThat(Long.parseLong(fields.get("s"))).as(story).isEqualTo(counter.spentAt(newest));
                assertThat(Long.parseLong(fields.get("h"))).as(story).isEqualTo(counter.heldInAll());
                counter.spent
                        .tailMap(newest - 60)
                        .forEach((bucket, amount) -> assertThat(
                                        Long.parseLong(fields.getOrDefault("b" + bucket % 61, "0")))
                                .as(story + " bucket " + bucket)
                                .isEqualTo(amount));
            } else {
                assertThat(counter.held).as(story).isEmpty();
            }
            return;
        }
        counter.held.forEach((window, held) -> assertThat(fields.getOrDefault(window + ":h", "0"))
                .as(story + " held in " + window)
                .isEqualTo(held.toString()));
        counter.spent.forEach((window, spent) -> {
            if (fields.containsKey(window + ":s")) {
                assertThat(fields.get(window + ":s"))
                        .as(story + " spent in " + window)
                        .isEqualTo(spent.toString());
            }
        });
        assertThat(fields.keySet().stream().filter(field -> field.endsWith(":s")))
                .as(story)
                .hasSizeLessThan(40);
    }

    /** Every counter is the sum of what the entries since its reset say. */
    private void entriesSumToCounters() {
        List<LedgerEntry> entries = control.entries(SHARD, "", 1_000_000);
        for (LedgerEntry entry : entries) {
            CapModel.Exchange exchange = model.exchanges.get(entry.entry());
            if (exchange != null && !exchange.kind.isEmpty()) {
                assertThat(entry.kind()).as(entry.entry()).isEqualTo(exchange.kind);
            }
            assertThat(entry.shortfall().nano())
                    .as(entry.entry())
                    .isEqualTo(Math.max(0, -entry.balance().nano()));
        }
        model.counters.forEach((cap, counter) -> {
            Map<String, String> fields = raw.hgetall(Keys.cap(SHARD, cap + ":s"));
            long since = Long.parseLong(fields.getOrDefault("rn", "0"));
            long newest = Long.parseLong(fields.getOrDefault("k", "0"));
            Map<Long, Long> sums = new HashMap<>();
            for (LedgerEntry entry : entries) {
                for (String move : entry.caps().split(";", -1)) {
                    String[] parts = move.split(",", -1);
                    if (parts[0].equals(cap + ":s")
                            && parts.length >= 4
                            && !parts[1].equals("v")
                            && entry.n() > since) {
                        sums.merge(Long.parseLong(parts[2]), Long.parseLong(parts[3]), Long::sum);
                    }
                }
            }
            if (counter.step > 0 && !fields.isEmpty()) {
                long sum = sums.entrySet().stream()
                        .filter(each -> each.getKey() >= newest - 60)
                        .mapToLong(Map.Entry::getValue)
                        .sum();
                assertThat(fields.getOrDefault("s", "0")).as(cap).isEqualTo(Long.toString(sum));
            }
            fields.forEach((field, value) -> {
                if (field.endsWith(":s")) {
                    long start = Long.parseLong(field.substring(0, field.length() - 2));
                    assertThat(value).as(cap + " " + start).isEqualTo(Long.toString(sums.getOrDefault(start, 0L)));
                }
            });
        });
    }

    private String wallet() {
        return run + "w" + random.nextInt(3);
    }

    private String id() {
        return run + "x" + random.nextInt(150);
    }

    private String owner(String id) {
        CapModel.Purse purse = model.exchanges.get(id).purse;
        return model.purses.entrySet().stream()
                .filter(each -> each.getValue() == purse)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static WalletAddress at(String wallet) {
        return new WalletAddress(SHARD, "o", wallet);
    }

    private static void post(String wallet, EntryKind kind, long amount) {
        assertThat(control.post(new Post(at(wallet), wallet + kind, kind, new Usd(amount), false, "TEST", "", "t")))
                .isInstanceOf(PostResult.Posted.class);
    }
}
