package tollgate.wallet;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
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
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * The scripts, called from one event loop over one connection that lives on the same loop.
 *
 * <h2>Threading</h2> Confined to the loop, but for {@link #connect} and {@link #close}, which block and are called
 * elsewhere.
 * <h2>Flushing</h2> Calls of one turn of the loop leave in one write.
 * <h2>Errors</h2> While Redis is away calls fail at once; what was in flight is answered when its time is up.
 */
public final class ScriptPort implements Admission, AutoCloseable {
    private static final Duration SETTLE_PATIENCE = Duration.ofSeconds(10);
    private static final long SWEEP_MS = 50;
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(4 * SWEEP_MS);

    private final EventLoop loop;
    private final ShardWatch watch;
    private final ScriptTimer timer;
    private final long placeNanos;
    private final Usd maxOverrun;
    private final ClientResources resources;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> commands;
    private final ArrayDeque<Pending<?>> quick = new ArrayDeque<>();
    private final ArrayDeque<Pending<?>> patient = new ArrayDeque<>();
    private final Future<?> sweeping;
    private long swept = System.nanoTime();
    private boolean flushing;

    private ScriptPort(
            EventLoop loop,
            ShardWatch watch,
            ScriptTimer timer,
            Duration placeWait,
            Usd maxOverrun,
            ClientResources resources,
            RedisClient client,
            StatefulRedisConnection<String, String> connection) {
        this.loop = loop;
        this.watch = watch;
        this.timer = timer;
        this.placeNanos = placeWait.toNanos();
        this.maxOverrun = maxOverrun;
        this.resources = resources;
        this.client = client;
        this.connection = connection;
        this.commands = connection.async();
        this.sweeping = loop.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * Connects a loop.
     *
     * @param url {@code redis://…}
     * @param placeWait longest wait for a hold or its renewal
     * @param maxOverrun how far the overruns of a wallet may go before it freezes
     * @throws RedisConnectionException when Redis cannot be reached
     */
    public static ScriptPort connect(
            String url, EventLoop loop, ShardWatch watch, ScriptTimer timer, Duration placeWait, Usd maxOverrun) {
        ClientResources resources = DefaultClientResources.builder()
                .eventLoopGroupProvider(new OneLoop(loop))
                .reconnectDelay(Delay.constant(Duration.ofMillis(100)))
                .build();
        RedisClient client = RedisClient.create(resources, RedisURI.create(url));
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.create())
                .requestQueueSize(200_000)
                .build());
        StatefulRedisConnection<String, String> connection = client.connect(StringCodec.UTF8);
        for (Script script : Script.values()) {
            connection.sync().scriptLoad(script.text());
        }
        connection.setAutoFlushCommands(false);
        return new ScriptPort(loop, watch, timer, placeWait, maxOverrun, resources, client, connection);
    }

    @Override
    public void place(Place place, Consumer<PlaceResult> then) {
        int shard = place.at().shard();
        String closed = place.reinstate() ? watch.fenced(shard) : watch.closed(shard);
        if (closed != null) {
            loop.execute(() -> then.accept(new PlaceResult.Unavailable(closed, false)));
            return;
        }
        call(Calls.place(place, watch.n(shard)), Results::place, PlaceResult.Unavailable::new, then, quick);
    }

    @Override
    public void expireGrants(WalletAddress at, String currency, Consumer<PostResult> then) {
        String closed = watch.closed(at.shard());
        if (closed != null) {
            loop.execute(() -> then.accept(new PostResult.Unavailable(closed, false)));
            return;
        }
        call(
                Calls.expireGrants(at, currency, watch.n(at.shard())),
                Results::post,
                PostResult.Unavailable::new,
                then,
                quick);
    }

    @Override
    public void renew(Renew renew, Consumer<RenewResult> then) {
        int shard = renew.at().shard();
        String closed = watch.fenced(shard);
        if (closed != null) {
            loop.execute(() -> then.accept(new RenewResult.Unavailable(closed, false)));
            return;
        }
        call(Calls.renew(renew, watch.n(shard)), Results::renew, RenewResult.Unavailable::new, then, quick);
    }

    @Override
    public void extend(Extend extend, Consumer<ExtendResult> then) {
        int shard = extend.renewal().at().shard();
        String closed = watch.closed(shard);
        if (closed != null) {
            loop.execute(() -> then.accept(new ExtendResult.Unavailable(closed, false)));
            return;
        }
        call(Calls.extend(extend, watch.n(shard)), Results::extend, ExtendResult.Unavailable::new, then, quick);
    }

    @Override
    public void settle(Settle settle, Consumer<SettleResult> then) {
        int shard = settle.at().shard();
        String closed = watch.closed(shard);
        if (closed != null) {
            loop.execute(() -> then.accept(new SettleResult.Unavailable(closed, false)));
            return;
        }
        call(
                Calls.settle(settle, maxOverrun, watch.n(shard)),
                Results::settle,
                SettleResult.Unavailable::new,
                result -> settled(settle, result, then),
                patient);
    }

    /** Where the reply of the place was lost, nobody here knows the caps that hold it. */
    private void settled(Settle settle, SettleResult result, Consumer<SettleResult> then) {
        if (result instanceof SettleResult.OtherCaps(HeldCaps caps)
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

    private <R> void call(
            Call call,
            Function<Reply, R> reading,
            NoAnswer<R> noAnswer,
            Consumer<R> then,
            ArrayDeque<Pending<?>> queue) {
        Pending<R> pending = new Pending<>(reading, noAnswer, then);
        queue.add(pending);
        commands.<List<Object>>evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args())
                .whenComplete((parts, failure) -> onLoop(() -> answered(call, pending, parts, failure)));
        flushLater();
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

    private <R> void answered(
            Call call, Pending<R> pending, @Nullable List<Object> parts, @Nullable Throwable failure) {
        if (failure instanceof RedisNoScriptException) {
            // a restarted or flushed Redis: this call brings the script along
            commands.<List<Object>>eval(
                            call.script().text().getBytes(StandardCharsets.UTF_8),
                            ScriptOutputType.MULTI,
                            call.keys(),
                            call.args())
                    .whenComplete((again, worse) -> onLoop(() -> finished(call, pending, again, worse)));
            flushLater();
        } else {
            finished(call, pending, parts, failure);
        }
    }

    private <R> void finished(
            Call call, Pending<R> pending, @Nullable List<Object> parts, @Nullable Throwable failure) {
        timer.took(call.script().wireName(), System.nanoTime() - pending.since);
        if (parts == null) {
            pending.noAnswer(String.valueOf(failure), !rejected(failure));
            return;
        }
        Reply reply = new Reply(parts);
        Results.watch(watch, call.shard(), reply);
        pending.answer(reply);
    }

    /** The command never left. */
    private static boolean rejected(@Nullable Throwable failure) {
        return failure instanceof RedisException
                && failure.getMessage() != null
                && failure.getMessage().contains("Commands are rejected");
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
        sweeping.cancel(false);
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A call that is answered once: by its reply, or by its time being up. */
    private static final class Pending<R> {
        private final Function<Reply, R> reading;
        private final NoAnswer<R> noAnswer;
        private final Consumer<R> then;
        private final long since = System.nanoTime();
        private boolean done;

        Pending(Function<Reply, R> reading, NoAnswer<R> noAnswer, Consumer<R> then) {
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
