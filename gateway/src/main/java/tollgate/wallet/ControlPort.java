package tollgate.wallet;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * The scripts and plain reads for whoever may block: drain, reaper, recovery, control plane. Thread-safe.
 *
 * <p>Commands say in their results that Redis is away; reads throw {@link RedisException}.
 */
public final class ControlPort implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_TICKED = 100;

    private final ShardWatch watch;
    private final ClientResources resources;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisCommands<String, String> redis;
    private final CapReads caps;
    private final Usd maxOverrun;

    private ControlPort(
            ShardWatch watch,
            ClientResources resources,
            RedisClient client,
            StatefulRedisConnection<String, String> connection,
            Usd maxOverrun) {
        this.watch = watch;
        this.resources = resources;
        this.client = client;
        this.connection = connection;
        this.redis = connection.sync();
        this.caps = new CapReads(redis);
        this.maxOverrun = maxOverrun;
    }

    /**
     * Connects.
     *
     * @param maxOverrun how far the overruns of a wallet may go before it freezes
     */
    public static ControlPort connect(String url, ShardWatch watch, Usd maxOverrun) {
        ClientResources resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .reconnectDelay(Delay.constant(Duration.ofMillis(100)))
                .build();
        RedisClient client = RedisClient.create(resources, RedisURI.create(url));
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
                .build());
        StatefulRedisConnection<String, String> connection = client.connect(StringCodec.UTF8);
        connection.setTimeout(PATIENCE);
        return new ControlPort(watch, resources, client, connection, maxOverrun);
    }

    /** How far the overruns of a wallet may go before it freezes. */
    public Usd maxOverrun() {
        return maxOverrun;
    }

    /** Sets money aside. */
    public PlaceResult place(Place place) {
        return run(Calls.place(place, watch.n(place.at().shard())), Results::place, PlaceResult.Unavailable::new);
    }

    /** Settles. */
    public SettleResult settle(Settle settle) {
        return settled(
                settle, one -> Calls.settle(one, maxOverrun, watch.n(one.at().shard())));
    }

    /**
     * Settles many, sent in one go and in their order.
     *
     * @return what came of each
     * @throws RedisException where not all were answered in time: some of them may be settled
     */
    public List<SettleResult> settleAll(List<Settle> settles) {
        List<Call> calls = new ArrayList<>();
        for (Settle settle : settles) {
            calls.add(Calls.settle(settle, maxOverrun, watch.n(settle.at().shard())));
        }
        List<SettleResult> results = sentAll(calls);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SettleResult.OtherCaps(HeldCaps caps)) {
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
     * @param burnt what was taken of grants so far, as SQL knows
     */
    public record Gone(Settle settle, Usd captured, long tokens, List<GrantMove> burnt) {
        /** Copies what could change. */
        public Gone {
            burnt = List.copyOf(burnt);
        }

        /** The same, held by these caps. */
        Gone holding(HeldCaps caps) {
            return new Gone(settle.holding(caps), captured, tokens, burnt);
        }
    }

    /**
     * Settles many exchanges whose records are gone, sent in one go and in their order.
     *
     * @return what came of each
     * @throws RedisException where not all were answered in time: some of them may be settled
     */
    public List<SettleResult> replayAll(List<Gone> gone) {
        List<Call> calls = new ArrayList<>();
        for (Gone one : gone) {
            int shard = one.settle.at().shard();
            calls.add(Calls.replay(one, watch.n(shard)));
        }
        List<SettleResult> results = sentAll(calls);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SettleResult.OtherCaps(HeldCaps caps)) {
                results.set(i, replay(gone.get(i).holding(caps)));
            }
        }
        return results;
    }

    private List<SettleResult> sentAll(List<Call> calls) {
        redis.scriptLoad(Script.SETTLE.text());
        List<RedisFuture<List<Object>>> replies = new ArrayList<>();
        calls.forEach(call -> replies.add(sent(call)));
        awaited(replies);
        List<SettleResult> results = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            results.add(answered(replies.get(i), calls.get(i).shard()));
        }
        return results;
    }

    private static void awaited(List<RedisFuture<List<Object>>> replies) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (RedisFuture<List<Object>> reply : replies) {
                if (!reply.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    throw new RedisException("Redis did not answer " + replies.size() + " scripts in " + PATIENCE);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RedisException(interrupted);
        }
    }

    private SettleResult answered(RedisFuture<List<Object>> answer, int shard) {
        try {
            Reply reply = new Reply(LettuceFutures.awaitOrCancel(answer, PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
            Results.watch(watch, shard, reply);
            return Results.settle(reply);
        } catch (RedisException away) {
            return new SettleResult.Unavailable(String.valueOf(away.getMessage()), true);
        }
    }

    /** Caps that hold it and were not named are named the second time. */
    private SettleResult settled(Settle settle, Function<Settle, Call> calling) {
        SettleResult first = run(calling.apply(settle), Results::settle, SettleResult.Unavailable::new);
        return first instanceof SettleResult.OtherCaps(HeldCaps caps)
                ? run(calling.apply(settle.holding(caps)), Results::settle, SettleResult.Unavailable::new)
                : first;
    }

    /** Settles an exchange whose record is gone, as {@link #replayAll} does. */
    public SettleResult replay(Gone gone) {
        long n = watch.n(gone.settle.at().shard());
        return settled(gone.settle, one -> Calls.replay(new Gone(one, gone.captured, gone.tokens, gone.burnt), n));
    }

    /**
     * Settles as a person decided, whatever the wallet had refused: also what is final, with another total.
     *
     * @param gone what SQL knows of it: its record may be gone
     * @param hasFinal SQL has a final entry of it
     */
    public SettleResult adjust(Gone gone, boolean hasFinal) {
        long n = watch.n(gone.settle.at().shard());
        return settled(
                gone.settle, one -> Calls.adjust(new Gone(one, gone.captured, gone.tokens, gone.burnt), hasFinal, n));
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
        redis.scriptLoad(Script.REAPPLY.text());
        List<RedisFuture<List<Object>>> replies = new ArrayList<>();
        for (Reapply entry : entries) {
            replies.add(sent(Calls.reapply(entry, HeldCaps.NONE)));
        }
        return replies.stream().map(this::reapplied).toList();
    }

    /** Books one entry again whose exchange is held by these caps. */
    public ReapplyResult reapply(Reapply entry, HeldCaps holding) {
        return reapplied(sent(Calls.reapply(entry, holding)));
    }

    private RedisFuture<List<Object>> sent(Call call) {
        return connection.async().evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args());
    }

    private ReapplyResult reapplied(RedisFuture<List<Object>> reply) {
        return Results.reapply(
                new Reply(LettuceFutures.awaitOrCancel(reply, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)));
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
            return noAnswer.apply(String.valueOf(away.getMessage()), true);
        }
    }

    private List<?> eval(Call call) {
        try {
            return redis.<List<Object>>evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args());
        } catch (RedisNoScriptException unknown) {
            return redis.<List<Object>>eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args());
        }
    }

    /** A wallet; empty where Redis knows none of the name. */
    public Optional<WalletState> wallet(WalletAddress at) {
        Map<String, String> fields = fields(Keys.wallet(at), "bal", "held", "seq", "cur", "state");
        return Optional.ofNullable(fields.get("state"))
                .map(state -> new WalletState(
                        amount(fields.get("bal")),
                        amount(fields.get("held")),
                        number(fields.get("seq")),
                        String.valueOf(fields.get("cur")),
                        state));
    }

    /**
     * Promotional money of a wallet, in the order in which it is spent.
     *
     * @throws IllegalArgumentException where what Redis has is damaged
     */
    public List<Grant> grants(WalletAddress at) {
        Map<String, String> fields = redis.hgetall(Keys.grants(at));
        List<Grant> grants = new ArrayList<>();
        for (int i = 1; i <= fields.size(); i++) {
            GrantMove one = GrantMove.one(fields.getOrDefault(Integer.toString(i), ""));
            grants.add(new Grant(one.grant(), one.priority(), one.expiresMs(), new Usd(one.moved())));
        }
        return grants;
    }

    /** An exchange's record; empty where Redis has none. */
    public Optional<ExchangeState> exchange(int shard, String exchange) {
        Map<String, String> fields = fields(Keys.exchange(shard, exchange), "st", "w", "cap", "fp", "caps");
        return Optional.ofNullable(fields.get("st"))
                .map(state -> new ExchangeState(
                        state,
                        fields.getOrDefault("w", ""),
                        amount(fields.get("cap")),
                        fields.getOrDefault("fp", ""),
                        new HeldCaps(fields.getOrDefault("caps", ""))));
    }

    /** A shard; empty where it has never been opened in this Redis. */
    public Optional<ShardState> shard(int shard) {
        Map<String, String> fields = fields(Keys.shard(shard), "line", "run", "epoch", "n", "reinstating_ms");
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
        for (StreamMessage<String, String> message : redis.xrange(Keys.ledger(shard), range, Limit.from(most))) {
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
        redis.xtrim(Keys.ledger(shard), XTrimArgs.Builder.minId(beforeStreamId));
    }

    /**
     * Holds whose time was up at a moment of Redis's clock, the longest due first: after so many that are skipped, at most
     * so many.
     */
    public List<DueHold> due(int shard, long nowMs, int skipped, int most) {
        List<DueHold> due = new ArrayList<>();
        List<ScoredValue<String>> members = redis.zrangebyscoreWithScores(
                Keys.expiries(shard), Range.create(0L, nowMs), Limit.create(skipped, most));
        for (ScoredValue<String> member : members) {
            Map<String, String> fields = fields(Keys.exchange(shard, member.getValue()), "o", "w", "gen");
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
        ScanIterator<ScoredValue<String>> members = ScanIterator.zscan(redis, Keys.expiries(shard));
        while (members.hasNext()) {
            Map<String, String> fields =
                    fields(Keys.exchange(shard, members.next().getValue()), "st", "w", "amt");
            String wallet = fields.get("w");
            if (wallet != null && "OPEN".equals(fields.get("st"))) {
                sums.merge(wallet, amount(fields.get("amt")), Usd::plus);
            }
        }
        return sums;
    }

    /** Reads of caps' counters. */
    public CapReads caps() {
        return caps;
    }

    /** Redis's clock, in milliseconds since 1970. */
    public long nowMs() {
        List<String> time = redis.time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    /** Who this Redis is: another after every restart and promotion. */
    public String run() {
        for (String line : redis.info("replication").split("\r?\n", -1)) {
            if (line.startsWith("master_replid:")) {
                return line.substring("master_replid:".length());
            }
        }
        throw new RedisException("INFO replication names no master_replid: not a Redis of its own");
    }

    /** What it says of itself. */
    public RedisServer server() {
        String appendfsync;
        try {
            appendfsync = redis.configGet("appendfsync").getOrDefault("appendfsync", "");
        } catch (RedisCommandExecutionException notAllowed) {
            appendfsync = "";
        }
        return RedisServer.of(redis.info(), appendfsync);
    }

    /** Commands that are needed and not allowed: each is tried on a key of its own, which is deleted again. */
    public List<String> missingRights() {
        List<String> missing = new ArrayList<>(redis.<List<String>>eval(
                Script.read("rights.lua"), ScriptOutputType.MULTI, new String[] {Keys.trial()}, new String[0]));
        try {
            redis.scriptLoad("return 1");
        } catch (RedisCommandExecutionException notAllowed) {
            missing.add("SCRIPT LOAD");
        }
        return missing;
    }

    /** Whether Redis answers. */
    public boolean answers() {
        try {
            return "PONG".equals(redis.ping());
        } catch (RedisException away) {
            return false;
        }
    }

    /** A small text kept beside the money: the projection of keys. */
    public void project(String key, @Nullable String value) {
        if (value == null) {
            redis.del(key);
        } else {
            redis.set(key, value);
        }
    }

    /** What was last {@link #project}ed. */
    public Optional<String> projected(String key) {
        return Optional.ofNullable(redis.get(key));
    }

    private Map<String, String> fields(String key, String... names) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (KeyValue<String, String> field : redis.hmget(key, names)) {
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
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
