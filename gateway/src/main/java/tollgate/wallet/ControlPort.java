package tollgate.wallet;

import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * The scripts and plain reads for whoever may block: drain, reaper, recovery, control plane. Thread-safe.
 *
 * <p>Commands say in their results that Redis is away; reads throw {@link RedisException}.
 */
public final class ControlPort implements AutoCloseable {
    private static final Duration PATIENCE = Link.PATIENCE;
    private static final int MOST_TICKED = 100;
    private static final int MOST_HOPS = 5;
    private static final int TRIED_SHARDS = 64;
    private static final long MINUTE_MS = 60_000;
    private static final int MOST_COUNTED = 1_000;

    private final ShardWatch watch;
    private final Masters masters;
    private final CapReads caps;
    private final DurablePosts durable;
    private final Usd maxOverrun;

    private ControlPort(Masters masters, ShardWatch watch, Usd maxOverrun, Duration waitAof) {
        this.masters = masters;
        this.durable = new DurablePosts(masters::connect, waitAof);
        this.watch = watch;
        this.caps = new CapReads(this);
        this.maxOverrun = maxOverrun;
    }

    /** Connects to an address that needs nothing but its text. */
    public static ControlPort connect(String url, ShardWatch watch, Usd maxOverrun) {
        return connect(RedisAddress.parse(url), watch, maxOverrun, Duration.ZERO);
    }

    /**
     * Connects.
     *
     * @param maxOverrun how far the overruns of a wallet may go before it freezes
     * @param waitAof how long is waited at most until money that comes in is on disk; zero: it is not waited for
     */
    public static ControlPort connect(RedisAddress address, ShardWatch watch, Usd maxOverrun, Duration waitAof) {
        return new ControlPort(Masters.of(address), watch, maxOverrun, waitAof);
    }

    /** Who takes the writes of which shard. */
    public Masters masters() {
        return masters;
    }

    /** Whether shards are on several servers: some may be served while others are not. */
    public boolean isSpread() {
        return masters.areMany();
    }

    /** How far the overruns of a wallet may go before it freezes. */
    public Usd maxOverrun() {
        return maxOverrun;
    }

    /** Sets money aside. */
    public PlaceResult place(Place place) {
        return run(Calls.place(place, watch.n(place.at().shard())), Results::place, PlaceResult.Unavailable::new);
    }

    /** Sets money aside for many, sent in one go and in their order. */
    public List<PlaceResult> placeAll(List<Place> places) {
        List<Call> calls = new ArrayList<>();
        for (Place place : places) {
            calls.add(Calls.place(place, watch.n(place.at().shard())));
        }
        return sentAll(calls, Results::place, PlaceResult.Unavailable::new);
    }

    /** Settles. */
    public SettleResult settle(Settle settle) {
        return settled(
                settle, one -> Calls.settle(one, maxOverrun, watch.n(one.at().shard())));
    }

    /**
     * Settles many, sent in one go and in their order.
     *
     * @return what came of each; unavailable where no answer came in time: it may be settled
     */
    public List<SettleResult> settleAll(List<Settle> settles) {
        List<Call> calls = new ArrayList<>();
        for (Settle settle : settles) {
            calls.add(Calls.settle(settle, maxOverrun, watch.n(settle.at().shard())));
        }
        List<SettleResult> results = sentAll(calls, Results::settle, SettleResult.Unavailable::new);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SettleResult.OtherCaps(HeldCaps caps) && !caps.equals(HeldCaps.NONE)) {
                results.set(i, settle(settles.get(i).holding(caps)));
            }
        }
        return results;
    }

    /**
     * An exchange whose record is gone.
     *
     * @param captured what was taken of it so far, as SQL knows
     * @param tokens what caps counted of it so far, as SQL knows; -1 where it has no entry at all
     * @param bundle tokens that were taken of a bundle so far, as SQL knows
     * @param burnt what was taken of grants so far, as SQL knows
     */
    public record Gone(Settle settle, Usd captured, long tokens, long bundle, List<GrantMove> burnt) {
        /** Copies what could change. */
        public Gone {
            burnt = List.copyOf(burnt);
        }

        /** No bundle of tokens is known of. */
        public Gone(Settle settle, Usd captured, long tokens, List<GrantMove> burnt) {
            this(settle, captured, tokens, 0, burnt);
        }

        /** The same, held by these caps. */
        Gone holding(HeldCaps caps) {
            return stating(settle.holding(caps));
        }

        /** The same, stated so. */
        Gone stating(Settle now) {
            return new Gone(now, captured, tokens, bundle, burnt);
        }
    }

    /**
     * Settles many exchanges whose records are gone, sent in one go and in their order.
     *
     * @return what came of each; unavailable where no answer came in time: it may be settled
     */
    public List<SettleResult> replayAll(List<Gone> gone) {
        List<Call> calls = new ArrayList<>();
        for (Gone one : gone) {
            int shard = one.settle.at().shard();
            calls.add(Calls.replay(one, watch.n(shard)));
        }
        List<SettleResult> results = sentAll(calls, Results::settle, SettleResult.Unavailable::new);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SettleResult.OtherCaps(HeldCaps caps) && !caps.equals(HeldCaps.NONE)) {
                results.set(i, replay(gone.get(i).holding(caps)));
            }
        }
        return results;
    }

    private <R> List<R> sentAll(
            List<Call> calls, Function<Reply, R> reading, BiFunction<String, Boolean, R> unavailable) {
        Map<Node, StatefulRedisConnection<String, String>> loaded = new HashMap<>();
        List<@Nullable RedisFuture<List<Object>>> replies = new ArrayList<>();
        for (Call call : calls) {
            replies.add(sentWhereItAnswers(call, loaded));
        }
        awaited(replies.stream()
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList());
        List<R> results = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            RedisFuture<List<Object>> reply = replies.get(i);
            results.add(
                    reply == null
                            ? unavailable.apply("its server does not answer", false)
                            : answered(reply, calls.get(i), reading, unavailable));
        }
        return results;
    }

    /** Null where the server of its shard does not answer: what others have is sent all the same. */
    private @Nullable RedisFuture<List<Object>> sentWhereItAnswers(
            Call call, Map<Node, StatefulRedisConnection<String, String>> loaded) {
        try {
            return sent(call, loaded);
        } catch (RedisException away) {
            masters.doubt();
            return null;
        }
    }

    /** Sends without waiting, over a connection that knows the script. */
    private RedisFuture<List<Object>> sent(Call call, Map<Node, StatefulRedisConnection<String, String>> loaded) {
        Node node = node(Keys.slot(call.shard()));
        StatefulRedisConnection<String, String> connection = loaded.get(node);
        if (connection == null) {
            connection = masters.links().to(node).open();
            connection.sync().scriptLoad(call.script().text());
            loaded.put(node, connection);
        }
        return connection.async().evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args());
    }

    /** All, or all that come in time. */
    private static void awaited(List<RedisFuture<List<Object>>> replies) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (RedisFuture<List<Object>> reply : replies) {
                if (!reply.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RedisException(interrupted);
        }
    }

    private <R> R answered(
            RedisFuture<List<Object>> answer,
            Call call,
            Function<Reply, R> reading,
            BiFunction<String, Boolean, R> unavailable) {
        if (!answer.toCompletableFuture().isDone()) {
            Node silent = masters.of(Keys.slot(call.shard()));
            if (silent != null) {
                masters.links().to(silent).failed();
            }
            masters.doubt();
            return unavailable.apply("no reply in " + PATIENCE, true);
        }
        try {
            Reply reply = new Reply(LettuceFutures.awaitOrCancel(answer, 0, TimeUnit.MILLISECONDS));
            Results.watch(watch, call.shard(), reply);
            return reading.apply(reply);
        } catch (RedisCommandExecutionException refused) {
            // its slot is on another server, perhaps
            return run(call, reading, unavailable);
        } catch (RedisException away) {
            masters.doubt();
            return unavailable.apply(String.valueOf(away.getMessage()), true);
        }
    }

    /** Caps that hold it and were not named are named the second time. */
    private SettleResult settled(Settle settle, Function<Settle, Call> calling) {
        SettleResult first = run(calling.apply(settle), Results::settle, SettleResult.Unavailable::new);
        return first instanceof SettleResult.OtherCaps(HeldCaps caps) && !caps.equals(HeldCaps.NONE)
                ? run(calling.apply(settle.holding(caps)), Results::settle, SettleResult.Unavailable::new)
                : first;
    }

    /** Settles an exchange whose record is gone, as {@link #replayAll} does. */
    public SettleResult replay(Gone gone) {
        long n = watch.n(gone.settle.at().shard());
        return settled(gone.settle, one -> Calls.replay(gone.stating(one), n));
    }

    /**
     * Settles as a person decided, whatever the wallet had refused: also what is final, with another total.
     *
     * @param gone what SQL knows of it: its record may be gone
     * @param hasFinal SQL has a final entry of it
     */
    public SettleResult adjust(Gone gone, boolean hasFinal) {
        long n = watch.n(gone.settle.at().shard());
        return settled(gone.settle, one -> Calls.adjust(gone.stating(one), hasFinal, n));
    }

    /** Captures what had accrued of a hold that nobody renews. */
    public SettleResult expire(int shard, DueHold hold) {
        WalletAddress at = new WalletAddress(shard, hold.organisation(), hold.wallet());
        Settle nothing = new Settle(at, hold.exchange(), "expired", Usd.ZERO, true, "expiry");
        return settled(nothing, one -> Calls.expire(one, hold, watch.n(shard)));
    }

    /**
     * SQL has the rows of these exchanges and postings of a shard: their records need not be kept for ever. Where Redis
     * goes away in the middle, some stay; of those that are not final all do.
     */
    public void tick(int shard, List<String> exchanges, List<String> postings) {
        List<String> keys = new ArrayList<>();
        exchanges.forEach(exchange -> keys.add(Keys.exchange(shard, exchange)));
        postings.forEach(entry -> keys.add(Keys.posted(shard, entry)));
        for (int from = 0; from < keys.size(); from += MOST_TICKED) {
            List<String> some = keys.subList(from, Math.min(from + MOST_TICKED, keys.size()));
            run(Calls.tick(shard, some, watch.n(shard)), Results::settle, SettleResult.Unavailable::new);
        }
    }

    /** Moves money into or out of a wallet. */
    public PostResult post(Post post) {
        return run(Calls.post(post, watch.n(post.at().shard())), Results::post, PostResult.Unavailable::new);
    }

    /** Takes promotional money that is over, as far as it is not held; nothing where none is due. */
    public PostResult expireGrants(WalletAddress at, String currency) {
        return run(Calls.expireGrants(at, currency, watch.n(at.shard())), Results::post, PostResult.Unavailable::new);
    }

    /**
     * Moves money, and says that it has only once that is on Redis's disk, where Redis can tell (WAITAOF). Asked again, what
     * was booked before is waited for.
     */
    public PostResult postDurably(Post post) {
        Node node = masters.of(Keys.slot(post.at().shard()));
        if (!durable.isWanted() || node == null) {
            return post(post);
        }
        Call call = Calls.post(post, watch.n(post.at().shard()));
        try {
            DurablePosts.Done done = durable.call(node, call);
            Reply reply = new Reply(done.parts());
            Results.watch(watch, call.shard(), reply);
            PostResult result = Results.post(reply);
            return result instanceof PostResult.Posted posted && !done.onDisk()
                    ? new PostResult.NotOnDisk(
                            posted.balance(),
                            "not on Redis's disk within " + durable.longest().toMillis() + " ms")
                    : result;
        } catch (RedisCommandExecutionException elsewhere) {
            // wrote nothing: its slot is another server's by now, and is waited for where it is asked again
            PostResult result = post(post);
            return result instanceof PostResult.Posted posted
                    ? new PostResult.NotOnDisk(posted.balance(), "its server has changed just now")
                    : result;
        } catch (RedisException away) {
            masters.doubt();
            return new PostResult.Unavailable(String.valueOf(away.getMessage()), !Redirect.wroteNothing(away));
        }
    }

    /** Whether money that comes in can be, and is, waited for until it is on the disk of every server. */
    public boolean waitsForDisk() {
        return durable.isWanted() && canWaitForDisk();
    }

    /** Whether every server has WAITAOF. */
    public boolean canWaitForDisk() {
        return each(DurablePosts::canWait).stream().allMatch(can -> can);
    }

    /** Sets a wallet's state: {@code active}, {@code frozen} or {@code closed}; the higher version wins. */
    public SetResult setState(WalletAddress at, long version, String state) {
        return set(Calls.set(at, "state", version, state, watch.n(at.shard())));
    }

    /** Sets an organisation's policy number. */
    public SetResult setPolicy(WalletAddress at, long version) {
        return set(Calls.set(at, "pol", version, "", watch.n(at.shard())));
    }

    /** Forgets what a cap's counter has spent; what is held stays. */
    public SetResult resetCap(WalletAddress at, String cap, String subject, long version) {
        return set(Calls.setCap(at, "cap_reset", cap + ":" + subject, version, watch.n(at.shard())));
    }

    /** A cap is no more: its counter goes once nothing is held. */
    public SetResult removeCap(WalletAddress at, String cap, String subject, long version) {
        return set(Calls.setCap(at, "cap_removed", cap + ":" + subject, version, watch.n(at.shard())));
    }

    /** The name of a request stands for this exchange: a lost memory took that along. */
    public SetResult setMark(WalletAddress at, IdempotencyMark mark, String exchange, Duration life) {
        return set(Calls.setMark(at, mark, exchange, life, watch.n(at.shard())));
    }

    /** Takes a wallet or counter out of its shard, or into another. */
    public MoveResult move(Move move) {
        return run(
                MoveCalls.of(move, watch.n(move.at().shard())),
                MoveCalls::result,
                (why, may) -> new MoveResult.Unavailable(why));
    }

    private SetResult set(Call call) {
        return run(call, Results::set, (why, may) -> new SetResult.Unavailable(why));
    }

    /**
     * Books entries again, in their order, in one go. After one that is refused all others are, their numbers not following.
     *
     * @return what came of each
     * @throws RedisException where Redis is away: some of them may be booked
     */
    public List<ReapplyResult> reapply(List<Reapply> entries) {
        Map<Node, StatefulRedisConnection<String, String>> loaded = new HashMap<>();
        List<RedisFuture<List<Object>>> replies = new ArrayList<>();
        for (Reapply entry : entries) {
            replies.add(sent(Calls.reapply(entry, HeldCaps.NONE), loaded));
        }
        return replies.stream()
                .map(reply -> LettuceFutures.awaitOrCancel(reply, PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .map(parts -> Results.reapply(new Reply(parts)))
                .toList();
    }

    /** Books one entry again whose exchange is held by these caps. */
    public ReapplyResult reapply(Reapply entry, HeldCaps holding) {
        return Results.reapply(new Reply(eval(Calls.reapply(entry, holding))));
    }

    /** Opens a shard. */
    public FenceResult fence(int shard, Fence fence) {
        return fence(Calls.fence(shard, fence));
    }

    /** Closes a shard to everything but entries that are booked again, where it is as found: nobody else may write to it. */
    public FenceResult close(int shard, ShardState found) {
        return fence(Calls.close(shard, found));
    }

    /** Every hold that a lost second took along is placed again: new exchanges may come in this epoch. */
    public FenceResult endReinstating(int shard, String line, long epoch) {
        return fence(Calls.endReinstating(shard, line, epoch));
    }

    private FenceResult fence(Call call) {
        try {
            return Results.fence(new Reply(eval(call)));
        } catch (RedisException away) {
            return new FenceResult.Unavailable(String.valueOf(away.getMessage()));
        }
    }

    private <R> R run(Call call, Function<Reply, R> reading, BiFunction<String, Boolean, R> noAnswer) {
        try {
            Reply reply = new Reply(eval(call));
            Results.watch(watch, call.shard(), reply);
            return reading.apply(reply);
        } catch (RedisException away) {
            return noAnswer.apply(String.valueOf(away.getMessage()), !Redirect.wroteNothing(away));
        }
    }

    private List<?> eval(Call call) {
        int slot = Keys.slot(call.shard());
        try {
            return at(
                    slot,
                    redis -> redis.<List<Object>>evalsha(
                            call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args()));
        } catch (RedisNoScriptException unknown) {
            return at(
                    slot,
                    redis -> redis.<List<Object>>eval(
                            call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args()));
        }
    }

    /** Asks the server of a shard; goes where that sends us. */
    <T> T on(int shard, Function<RedisCommands<String, String>, T> question) {
        return at(Keys.slot(shard), question);
    }

    private <T> T at(int slot, Function<RedisCommands<String, String>, T> question) {
        Node node = node(slot);
        boolean asking = false;
        for (int hop = 0; ; hop++) {
            try {
                return masters.links().to(node).ask(asking, question);
            } catch (RedisException failed) {
                Redirect elsewhere = Redirect.of(failed, node);
                if (elsewhere == null || hop == MOST_HOPS) {
                    if (Redirect.isElsewhere(failed)) {
                        masters.doubt();
                    }
                    throw failed;
                }
                node = elsewhere.node();
                asking = elsewhere.asks();
                if (!asking) {
                    masters.moved(slot, node);
                }
            }
        }
    }

    private Node node(int slot) {
        Node node = masters.of(slot);
        if (node == null) {
            masters.doubt();
            throw new RedisConnectionException("no server of the cluster has slot " + slot);
        }
        return node;
    }

    /** Asks each server that takes writes, in a fixed order. */
    private <T> List<T> each(Function<RedisCommands<String, String>, T> question) {
        return List.copyOf(byNode(question).values());
    }

    /** Of several servers those that do not answer are left out, unless none does: the others are served meanwhile. */
    private <T> Map<Node, T> byNode(Function<RedisCommands<String, String>, T> question) {
        Map<Node, T> answers = new LinkedHashMap<>();
        RedisException last = null;
        for (Node node : masters.all()) {
            try {
                answers.put(node, masters.links().to(node).ask(false, question));
            } catch (RedisCommandExecutionException refused) {
                throw refused;
            } catch (RedisException away) {
                masters.doubt();
                last = away;
            }
        }
        if (last != null && answers.isEmpty()) {
            throw last;
        }
        return answers;
    }

    /** How many servers take writes, whether they answer or not. */
    public int primaries() {
        return masters.all().size();
    }

    /** A wallet; empty where Redis knows none of the name. */
    public Optional<WalletState> wallet(WalletAddress at) {
        Map<String, String> fields = fields(at.shard(), Keys.wallet(at), "bal", "held", "seq", "cur", "state");
        return Optional.ofNullable(fields.get("state"))
                .map(state -> new WalletState(
                        amount(fields.get("bal")),
                        amount(fields.get("held")),
                        number(fields.get("seq")),
                        String.valueOf(fields.get("cur")),
                        state));
    }

    /** How many exchanges of a wallet are open. */
    public long openHolds(WalletAddress at) {
        return number(fields(at.shard(), Keys.wallet(at), "open").get("open"));
    }

    /**
     * Promotional money of a wallet, in the order in which it is spent.
     *
     * @throws IllegalArgumentException where what Redis has is damaged
     */
    public List<Grant> grants(WalletAddress at) {
        Map<String, String> fields = on(at.shard(), redis -> redis.hgetall(Keys.grants(at)));
        List<Grant> grants = new ArrayList<>();
        for (int i = 1; i <= fields.size(); i++) {
            GrantMove one = GrantMove.one(fields.getOrDefault(Integer.toString(i), ""));
            grants.add(new Grant(one.grant(), one.priority(), one.expiresMs(), new Usd(one.moved())));
        }
        return grants;
    }

    /** An exchange's record; empty where Redis has none. */
    public Optional<ExchangeState> exchange(int shard, String exchange) {
        Map<String, String> fields =
                fields(shard, Keys.exchange(shard, exchange), "st", "w", "cap", "fp", "caps", "tc");
        return Optional.ofNullable(fields.get("st"))
                .map(state -> new ExchangeState(
                        state,
                        fields.getOrDefault("w", ""),
                        amount(fields.get("cap")),
                        fields.getOrDefault("fp", ""),
                        new HeldCaps(fields.getOrDefault("caps", "")),
                        number(fields.get("tc"))));
    }

    /** A shard; empty where it has never been opened in this Redis. */
    public Optional<ShardState> shard(int shard) {
        Map<String, String> fields = fields(shard, Keys.shard(shard), "line", "run", "epoch", "n", "reinstating_ms");
        return Optional.ofNullable(fields.get("line"))
                .map(line -> new ShardState(
                        line,
                        fields.getOrDefault("run", ""),
                        number(fields.get("epoch")),
                        number(fields.get("n")),
                        number(fields.get("reinstating_ms"))));
    }

    /** Entries of a shard's ledger after a position, oldest first. */
    public List<LedgerEntry> entries(int shard, String afterStreamId, int most) {
        Range<String> range = afterStreamId.isEmpty()
                ? Range.unbounded()
                : Range.from(Range.Boundary.excluding(afterStreamId), Range.Boundary.unbounded());
        List<LedgerEntry> entries = new ArrayList<>();
        for (StreamMessage<String, String> message :
                on(shard, redis -> redis.xrange(Keys.ledger(shard), range, Limit.from(most)))) {
            entries.add(entry(message));
        }
        return entries;
    }

    private static LedgerEntry entry(StreamMessage<String, String> message) {
        Map<String, String> body = message.getBody();
        return new LedgerEntry(
                message.getId(),
                body.getOrDefault("e", ""),
                body.getOrDefault("o", ""),
                body.getOrDefault("w", ""),
                body.getOrDefault("x", ""),
                number(body.get("seq")),
                number(body.get("n")),
                number(body.get("ep")),
                body.getOrDefault("kind", ""),
                amount(body.get("amt")),
                amount(body.get("bal")),
                amount(body.get("held")),
                amount(body.get("short")),
                number(body.get("ms")),
                body.getOrDefault("fp", ""),
                "1".equals(body.get("est")),
                number(body.get("frz")),
                body.getOrDefault("caps", ""),
                body.getOrDefault("ref", ""),
                body.getOrDefault("actor", ""));
    }

    /** Drops entries of a shard's ledger before a position. */
    public void trim(int shard, String beforeStreamId) {
        on(shard, redis -> redis.xtrim(Keys.ledger(shard), XTrimArgs.Builder.minId(beforeStreamId)));
    }

    /**
     * Holds whose time was up at a moment of Redis's clock, the longest due first: after so many that are skipped, at most
     * so many.
     */
    public List<DueHold> due(int shard, long nowMs, int skipped, int most) {
        List<DueHold> due = new ArrayList<>();
        List<ScoredValue<String>> members = on(
                shard,
                redis -> redis.zrangebyscoreWithScores(
                        Keys.expiries(shard), Range.create(0L, nowMs), Limit.create(skipped, most)));
        for (ScoredValue<String> member : members) {
            Map<String, String> fields = fields(shard, Keys.exchange(shard, member.getValue()), "o", "w", "gen");
            due.add(new DueHold(
                    member.getValue(),
                    fields.getOrDefault("o", ""),
                    fields.getOrDefault("w", ""),
                    (int) number(fields.get("gen")),
                    (long) member.getScore()));
        }
        return due;
    }

    /** What the open holds of a shard come to, by wallet: they are added up one by one, and may move meanwhile. */
    public Map<String, Usd> held(int shard) {
        Map<String, Usd> sums = new HashMap<>();
        for (String exchange : open(shard)) {
            Map<String, String> fields = fields(shard, Keys.exchange(shard, exchange), "st", "w", "amt");
            String wallet = fields.get("w");
            if (wallet != null && "OPEN".equals(fields.get("st"))) {
                sums.merge(wallet, amount(fields.get("amt")), Usd::plus);
            }
        }
        return sums;
    }

    /** The exchanges of a shard that may have holds. */
    List<String> open(int shard) {
        return on(
                shard,
                redis -> ScanIterator.zscan(redis, Keys.expiries(shard)).stream()
                        .map(ScoredValue::getValue)
                        .distinct()
                        .toList());
    }

    /** Reads of caps' counters. */
    public CapReads caps() {
        return caps;
    }

    /** The clock of a Redis that has every shard, in milliseconds since 1970. */
    public long nowMs() {
        return nowMs(0);
    }

    /** The clock of a shard's Redis, in milliseconds since 1970. */
    public long nowMs(int shard) {
        List<String> time = on(shard, RedisCommands::time);
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    /** Shards by the name of the server that has them. */
    public Map<String, List<Integer>> byServer(Collection<Integer> shards) {
        return shards.stream()
                .collect(Collectors.groupingBy(
                        shard -> String.valueOf(masters.of(Keys.slot(shard))), TreeMap::new, Collectors.toList()));
    }

    /** Who the Redis is that has every shard: another after every restart and promotion. */
    public String run() {
        return run(0);
    }

    /** Who the Redis of a shard is: another after every restart and promotion, and where the shard moves. */
    public String run(int shard) {
        for (String line : on(shard, redis -> redis.info("replication")).split("\r?\n", -1)) {
            if (line.startsWith("master_replid:")) {
                return line.substring("master_replid:".length());
            }
        }
        throw new RedisException("INFO replication names no master_replid: not a Redis of its own");
    }

    /** What each server that takes writes says of itself. */
    public List<RedisServer> servers() {
        return each(redis -> RedisServer.of(
                redis.info(),
                setting(redis, "appendfsync"),
                setting(redis, "cluster-require-full-coverage"),
                masters.address().kind(),
                redis.<String>eval("return redis.call('INFO', 'replication')", ScriptOutputType.VALUE)));
    }

    /** What its address is of, and who takes the writes. */
    public String topology() {
        Map<String, List<Integer>> servers =
                byServer(IntStream.range(0, TRIED_SHARDS).boxed().toList());
        return switch (masters.address().kind()) {
            case STANDALONE -> "one server, " + masters.all().iterator().next();
            case SENTINEL ->
                "sentinels " + masters.address().nodes() + ", writes go to "
                        + masters.all().iterator().next();
            case CLUSTER ->
                servers.entrySet().stream()
                        .map(each -> each.getKey() + " (" + each.getValue().size() + " shards)")
                        .collect(Collectors.joining(", ", "a cluster of ", ""));
        };
    }

    /**
     * How busy a shard was.
     *
     * @param entries how many entries its ledger got, counted up to a bound
     * @param organisation whose were most of them
     * @param its how many those were
     */
    public record Busy(int shard, int entries, String organisation, int its) {}

    /** The shards with most entries of the last minute, busiest first: an organisation is in one shard. */
    public List<Busy> busiest(int most) {
        List<Busy> busy = new ArrayList<>();
        for (int shard = 0; shard < TRIED_SHARDS; shard++) {
            Map<String, Integer> counts = new HashMap<>();
            for (LedgerEntry entry : entries(shard, Long.toString(nowMs(shard) - MINUTE_MS), MOST_COUNTED)) {
                counts.merge(entry.organisation(), 1, Integer::sum);
            }
            int number = shard;
            counts.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .ifPresent(top -> busy.add(new Busy(
                            number,
                            counts.values().stream().mapToInt(Integer::intValue).sum(),
                            top.getKey(),
                            top.getValue())));
        }
        busy.sort(Comparator.comparingInt(Busy::entries).reversed());
        return busy.subList(0, Math.min(most, busy.size()));
    }

    /**
     * How much of its memory each server has used, in percent, by its name; 0 where it has no limit.
     */
    public Map<String, Long> memory() {
        Map<String, Long> percent = new TreeMap<>();
        byNode(redis -> redis.info("memory"))
                .forEach((node, info) -> percent.put(node.toString(), RedisServer.usedPercent(info)));
        return percent;
    }

    private static String setting(RedisCommands<String, String> redis, String name) {
        try {
            return redis.configGet(name).getOrDefault(name, "");
        } catch (RedisCommandExecutionException notAllowed) {
            return "";
        }
    }

    /** Commands that are needed and not allowed: each is tried on a key of its own, which is deleted again. */
    public List<String> missingRights() {
        Set<String> missing = new TreeSet<>();
        for (List<Integer> shards :
                byServer(IntStream.range(0, TRIED_SHARDS).boxed().toList()).values()) {
            missing.addAll(missingRights(shards.getFirst()));
        }
        each(redis -> tried(missing, "SCRIPT LOAD", () -> redis.scriptLoad("return 1")));
        if (masters.areMany()) {
            each(redis -> tried(missing, "ASKING", redis::asking));
        }
        if (waitsForDisk() && each(DurablePosts::mayWait).contains(false)) {
            missing.add("WAITAOF (or redis.waitaof_ms: 0)");
        }
        return List.copyOf(missing);
    }

    private List<String> missingRights(int shard) {
        try {
            return on(
                    shard,
                    redis -> redis.<List<String>>eval(
                            Script.read("rights.lua"),
                            ScriptOutputType.MULTI,
                            new String[] {Keys.trial(shard)},
                            new String[0]));
        } catch (RedisConnectionException away) {
            if (masters.areMany()) {
                return List.of();
            }
            throw away;
        }
    }

    private static boolean tried(Set<String> missing, String name, Supplier<String> command) {
        try {
            return !command.get().isEmpty();
        } catch (RedisCommandExecutionException notAllowed) {
            missing.add(name);
            return false;
        }
    }

    /** Whether Redis answers; of several servers, any. */
    public boolean answers() {
        for (Node node : masters.all()) {
            try {
                if ("PONG".equals(masters.links().to(node).ask(false, RedisCommands::ping))) {
                    return true;
                }
            } catch (RedisException away) {
                masters.doubt();
            }
        }
        return false;
    }

    /** A small text kept beside the money: the projection of keys. */
    public void project(String key, @Nullable String value) {
        if (value == null) {
            at(SlotHash.getSlot(key), redis -> redis.del(key));
        } else {
            at(SlotHash.getSlot(key), redis -> redis.set(key, value));
        }
    }

    /** What was last {@link #project}ed. */
    public Optional<String> projected(String key) {
        return Optional.ofNullable(this.<@Nullable String>at(SlotHash.getSlot(key), redis -> redis.get(key)));
    }

    private Map<String, String> fields(int shard, String key, String... names) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (KeyValue<String, String> field : on(shard, redis -> redis.hmget(key, names))) {
            field.ifHasValue(value -> fields.put(field.getKey(), value));
        }
        return fields;
    }

    private static long number(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    private static Usd amount(@Nullable String text) {
        return new Usd(number(text));
    }

    /** Disconnects. */
    @Override
    public void close() {
        durable.close();
        masters.close();
    }
}
