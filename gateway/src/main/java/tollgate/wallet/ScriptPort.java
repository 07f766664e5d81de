package tollgate.wallet;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * The scripts, called from one event loop over connections that live on the same loop: one, or one to each server that
 * takes writes of a cluster.
 *
 * <h2>Threading</h2> Confined to the loop, but for {@link #connect}, {@link #follow} and {@link #close}, which block and
 * are called elsewhere.
 * <h2>Flushing</h2> Calls of one turn of the loop leave in one write.
 * <h2>Errors</h2> While Redis is away calls fail at once; what was in flight is answered when its time is up. A call that
 * is sent elsewhere (MOVED, ASK) goes there where that server is connected, and else fails as one that wrote nothing.
 */
public final class ScriptPort implements Admission, AutoCloseable {
    private static final Duration SETTLE_PATIENCE = Duration.ofSeconds(10);
    private static final long SWEEP_MS = 50;
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(4 * SWEEP_MS);
    private static final int ROUTES = 256;
    private static final int MOST_HOPS = 3;
    private static final int MOST_QUEUED = 200_000;

    private final EventLoop loop;
    private final Masters masters;
    private final ShardWatch watch;
    private final ScriptTimer timer;
    private final long placeNanos;
    private final Usd maxOverrun;
    private final ClientResources resources;
    private final RedisClient client;
    private final Runnable following = this::follow;
    private final ArrayDeque<Pending<?>> quick = new ArrayDeque<>();
    private final ArrayDeque<Pending<?>> patient = new ArrayDeque<>();
    private final Future<?> sweeping;
    /** Written by whoever follows the masters, read by that one and, copied, by the loop. */
    private final Map<Node, Line> connected = new HashMap<>();

    private Map<Node, Line> lines = Map.of();
    /** By shard: what a call costs to find its server. */
    private final @Nullable Line[] routes = new Line[ROUTES];

    private long swept = System.nanoTime();

    private ScriptPort(
            EventLoop loop, Masters masters, ShardWatch watch, ScriptTimer timer, Duration placeWait, Usd maxOverrun) {
        this.loop = loop;
        this.masters = masters;
        this.watch = watch;
        this.timer = timer;
        this.placeNanos = placeWait.toNanos();
        this.maxOverrun = maxOverrun;
        this.resources = DefaultClientResources.builder()
                .eventLoopGroupProvider(new OneLoop(loop))
                .reconnectDelay(Delay.constant(Duration.ofMillis(100)))
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(masters.address()
                .options()
                .timeoutOptions(TimeoutOptions.create())
                .requestQueueSize(MOST_QUEUED)
                .build());
        this.sweeping = loop.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * Connects a loop.
     *
     * @param masters who takes the writes of which shard
     * @param placeWait longest wait for a hold or its renewal
     * @param maxOverrun how far the overruns of a wallet may go before it freezes
     * @throws RedisException when Redis cannot be reached
     */
    public static ScriptPort connect(
            Masters masters, EventLoop loop, ShardWatch watch, ScriptTimer timer, Duration placeWait, Usd maxOverrun) {
        ScriptPort port = new ScriptPort(loop, masters, watch, timer, placeWait, maxOverrun);
        try {
            port.connectAll(masters.all());
        } catch (RedisException failed) {
            port.close();
            throw failed;
        }
        port.route(Map.copyOf(port.connected));
        masters.onLook(port.following);
        return port;
    }

    /** Of several servers some may be away: they are tried again. */
    private synchronized void connectAll(Set<Node> nodes) {
        for (Node node : nodes) {
            try {
                connected.put(node, line(node));
            } catch (RedisException away) {
                if (!masters.areMany()) {
                    throw away;
                }
                masters.doubt();
            }
        }
    }

    private Line line(Node node) {
        StatefulRedisConnection<String, String> connection =
                client.connect(StringCodec.UTF8, masters.address().uri(node));
        for (Script script : Script.values()) {
            connection.sync().scriptLoad(script.text());
        }
        connection.setAutoFlushCommands(false);
        return new Line(node, connection);
    }

    /** Connects to servers that have come to take writes, and leaves those that take none any more. */
    private synchronized void follow() {
        Set<Node> wanted = masters.all();
        List<Line> leaving = new ArrayList<>();
        connected.values().removeIf(line -> !wanted.contains(line.node) && leaving.add(line));
        for (Node node : wanted) {
            if (!connected.containsKey(node)) {
                try {
                    connected.put(node, line(node));
                } catch (RedisException away) {
                    // it is tried again at the next look
                    masters.doubt();
                }
            }
        }
        Map<Node, Line> now = Map.copyOf(connected);
        loop.execute(() -> {
            route(now);
            // what is in flight there is unknown now: its replies could come from a server of the past
            leaving.forEach(line -> line.connection.closeAsync());
        });
    }

    private void route(Map<Node, Line> now) {
        lines = now;
        for (int shard = 0; shard < ROUTES; shard++) {
            routes[shard] = found(shard);
        }
    }

    private @Nullable Line found(int shard) {
        Node node = masters.of(Keys.slot(shard));
        return node == null ? null : lines.get(node);
    }

    @Override
    public void place(Place place, Consumer<PlaceResult> then) {
        int shard = place.at().shard();
        String closed = place.reinstate() ? watch.fenced(shard) : watch.closed(shard);
        if (closed == null && !place.reinstate()) {
            closed = watch.full(shard);
        }
        call(closed, Calls.place(place, watch.n(shard)), Results::place, PlaceResult.Unavailable::new, then, quick);
    }

    @Override
    public void expireGrants(WalletAddress at, String currency, Consumer<PostResult> then) {
        int shard = at.shard();
        call(
                watch.closed(shard),
                Calls.expireGrants(at, currency, watch.n(shard)),
                Results::post,
                PostResult.Unavailable::new,
                then,
                quick);
    }

    @Override
    public void renew(Renew renew, Consumer<RenewResult> then) {
        int shard = renew.at().shard();
        call(
                watch.fenced(shard),
                Calls.renew(renew, watch.n(shard)),
                Results::renew,
                RenewResult.Unavailable::new,
                then,
                quick);
    }

    @Override
    public void extend(Extend extend, Consumer<ExtendResult> then) {
        int shard = extend.renewal().at().shard();
        call(
                watch.closed(shard),
                Calls.extend(extend, watch.n(shard)),
                Results::extend,
                ExtendResult.Unavailable::new,
                then,
                quick);
    }

    @Override
    public void settle(Settle settle, Consumer<SettleResult> then) {
        int shard = settle.at().shard();
        call(
                watch.closed(shard),
                Calls.settle(settle, maxOverrun, watch.n(shard)),
                Results::settle,
                SettleResult.Unavailable::new,
                result -> settled(settle, result, then),
                patient);
    }

    /** Where the reply of the place was lost, nobody here knows the caps that hold it. */
    private void settled(Settle settle, SettleResult result, Consumer<SettleResult> then) {
        // a record that was booked again from SQL knows none: whoever has the journal says it again, by replay
        if (result instanceof SettleResult.OtherCaps(HeldCaps caps)
                && !caps.equals(HeldCaps.NONE)
                && !caps.equals(settle.counted().caps())) {
            settle(settle.holding(caps), then);
        } else {
            then.accept(result);
        }
    }

    /** How a result says that there was no answer. */
    @FunctionalInterface
    private interface NoAnswer<R> {
        R of(String why, boolean mayHaveHappened);
    }

    /**
     * Sends a call.
     *
     * @param closed why its shard takes none; null: it does
     */
    private <R> void call(
            @Nullable String closed,
            Call call,
            Function<Reply, R> reading,
            NoAnswer<R> noAnswer,
            Consumer<R> then,
            ArrayDeque<Pending<?>> queue) {
        int shard = call.shard();
        if (closed != null) {
            loop.execute(() -> then.accept(noAnswer.of(closed, false)));
            return;
        }
        Line line = shard < ROUTES ? routes[shard] : found(shard);
        if (line == null) {
            masters.doubt();
            loop.execute(() -> then.accept(noAnswer.of("no connection to the server of shard " + shard, false)));
            return;
        }
        Pending<R> pending = new Pending<>(call, reading, noAnswer, then);
        queue.add(pending);
        line.send(pending, false);
    }

    /** A connection to one server. */
    private final class Line {
        private final Node node;
        private final StatefulRedisConnection<String, String> connection;
        private final RedisAsyncCommands<String, String> commands;
        private boolean flushing;

        Line(Node node, StatefulRedisConnection<String, String> connection) {
            this.node = node;
            this.connection = connection;
            this.commands = connection.async();
        }

        /** Sends a call; where its slot is on the way to this server it has to be told so (ASKING). */
        void send(Pending<?> pending, boolean asking) {
            Call call = pending.call;
            if (asking) {
                commands.asking();
            }
            commands.<List<Object>>evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args())
                    .whenComplete((parts, failure) -> onLoop(() -> answered(pending, asking, parts, failure)));
            flushLater();
        }

        /** A restarted or flushed Redis, or one that is new to us: this call brings the script along. */
        private void sendWhole(Pending<?> pending, boolean asking) {
            Call call = pending.call;
            if (asking) {
                commands.asking();
            }
            commands.<List<Object>>eval(
                            call.script().text().getBytes(StandardCharsets.UTF_8),
                            ScriptOutputType.MULTI,
                            call.keys(),
                            call.args())
                    .whenComplete((parts, failure) -> onLoop(() -> finished(pending, parts, failure)));
            flushLater();
        }

        private void answered(
                Pending<?> pending, boolean asking, @Nullable List<Object> parts, @Nullable Throwable failure) {
            if (failure instanceof RedisNoScriptException) {
                sendWhole(pending, asking);
            } else {
                finished(pending, parts, failure);
            }
        }

        private void finished(Pending<?> pending, @Nullable List<Object> parts, @Nullable Throwable failure) {
            if (parts == null) {
                failed(this, pending, failure);
            } else {
                timer.took(pending.call.script().wireName(), System.nanoTime() - pending.since);
                Reply reply = new Reply(parts);
                Results.watch(watch, pending.call.shard(), reply);
                pending.answer(reply);
            }
        }

        private void onLoop(Runnable task) {
            if (loop.inEventLoop() && flushed()) {
                task.run();
            } else {
                loop.execute(task);
            }
        }

        /** A reply never comes before its call was flushed: a completion before that is a rejection from within the call. */
        private boolean flushed() {
            return !flushing;
        }

        private void flushLater() {
            if (!flushing) {
                flushing = true;
                loop.execute(() -> {
                    flushing = false;
                    connection.flushCommands();
                });
            }
        }
    }

    /** Follows where a refusal sends us; whoever called learns of it otherwise. */
    private void failed(Line by, Pending<?> pending, @Nullable Throwable failure) {
        Redirect elsewhere = Redirect.of(failure, by.node);
        if (elsewhere != null && !pending.done && pending.hops < MOST_HOPS) {
            int shard = pending.call.shard();
            Line there = lines.get(elsewhere.node());
            if (!elsewhere.asks()) {
                masters.moved(Keys.slot(shard), elsewhere.node());
                if (there != null && shard < ROUTES) {
                    routes[shard] = there;
                }
            }
            if (there != null) {
                pending.hops++;
                there.send(pending, elsewhere.asks());
                return;
            }
        }
        if (Redirect.isElsewhere(failure)) {
            masters.doubt();
        }
        timer.took(pending.call.script().wireName(), System.nanoTime() - pending.since);
        pending.noAnswer(String.valueOf(failure), !Redirect.wroteNothing(failure));
    }

    private void sweep() {
        long now = System.nanoTime();
        boolean late = now - swept > LATE_NANOS;
        swept = now;
        if (late) {
            // the loop itself was held up: replies that wait in its socket come first
            return;
        }
        sweep(quick, now - placeNanos);
        sweep(patient, now - SETTLE_PATIENCE.toNanos());
    }

    private static void sweep(ArrayDeque<Pending<?>> queue, long before) {
        for (Pending<?> first = queue.peek();
                first != null && (first.done || first.since - before < 0);
                first = queue.peek()) {
            queue.remove();
            first.noAnswer("no reply in time", true);
        }
    }

    /** Disconnects. */
    @Override
    public void close() {
        masters.forget(following);
        sweeping.cancel(false);
        closeLines();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private synchronized void closeLines() {
        connected.values().forEach(line -> line.connection.close());
        connected.clear();
    }

    /** A call that is answered once: by its reply, or by its time being up. */
    private static final class Pending<R> {
        private final Call call;
        private final Function<Reply, R> reading;
        private final NoAnswer<R> noAnswer;
        private final Consumer<R> then;
        private final long since = System.nanoTime();
        private boolean done;
        private int hops;

        Pending(Call call, Function<Reply, R> reading, NoAnswer<R> noAnswer, Consumer<R> then) {
            this.call = call;
            this.reading = reading;
            this.noAnswer = noAnswer;
            this.then = then;
        }

        void answer(Reply reply) {
            if (!done) {
                done = true;
                then.accept(reading.apply(reply));
            }
        }

        void noAnswer(String why, boolean mayHaveHappened) {
            if (!done) {
                done = true;
                then.accept(noAnswer.of(why, mayHaveHappened));
            }
        }
    }
}
