package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.Service;
import tollgate.http.ExchangeAcceptor;
import tollgate.http.GoneReason;
import tollgate.http.RequestHead;
import tollgate.http.RequestReceiver;
import tollgate.http.ServerExchange;
import tollgate.identity.AddressLimiter;
import tollgate.metering.Ending;

/**
 * Where requests come in: decides what each is. Whatever is neither metered nor one of our own questions is refused:
 * nothing passes unpaid. Thread-safe.
 */
public final class Gateway implements ExchangeAcceptor {
    /** Deals with a request whose answer is complete, or whose body nobody wants. */
    static final RequestReceiver ANSWERED = new RequestReceiver() {
        @Override
        public void onBody(ByteBuf slice) {
            slice.release();
        }

        @Override
        public void onBodyEnd() {}

        @Override
        public void onGone(GoneReason reason) {}

        @Override
        public void onWritable() {}
    };

    private final ProxyContext context;
    private final Map<EventLoop, ProxyLoop> loops;
    private final OwnPaths ownPaths;
    private final @Nullable AddressLimiter floods;

    /**
     * A gateway.
     *
     * @param loops what the exchanges of each event loop share
     * @param ownPaths what is answered by ourselves
     */
    public Gateway(ProxyContext context, Map<EventLoop, ProxyLoop> loops, OwnPaths ownPaths) {
        this.context = context;
        this.loops = Map.copyOf(loops);
        this.ownPaths = ownPaths;
        int most = context.settings().perAddress();
        this.floods = most == 0 ? null : new AddressLimiter(most, Duration.ofSeconds(1));
    }

    @Override
    public RequestReceiver accept(ServerExchange server) {
        RequestHead head = server.head();
        if (Cors.isPreflight(head)) {
            Cors.preflight(server);
            return ANSWERED;
        }
        if (floods != null && !OwnPaths.probes(head.path()) && !floods.count(AddressLimiter.address(server.remote()))) {
            context.telemetry().count("tollgate_refusals_total", 1, "reason", "too_many_requests");
            Refuser.send(server, addressed(head), null, Refusals.tooManyRequests(), headers -> {});
            return ANSWERED;
        }
        ProxyLoop loop = Objects.requireNonNull(loops.get(server.loop()));
        for (Dialect dialect : context.dialects()) {
            Service service = dialect.service(head.method().name(), head.path());
            if (service != null) {
                Intake intake = new Intake(context, loop, server, dialect, service);
                intake.begin();
                return intake;
            }
        }
        for (Dialect dialect : context.dialects()) {
            ObjectCall call = dialect.objectCall(head.method().name(), head.path());
            if (call != null) {
                ObjectExchange exchange = new ObjectExchange(context, loop, server, dialect, call);
                exchange.begin();
                return exchange;
            }
        }
        Dialect closest = addressed(head);
        if (!ownPaths.answer(context, server, closest)) {
            new Refuser(context, loop.accessLog())
                    .refuse(
                            server,
                            closest,
                            loop.newId(),
                            null,
                            Refusals.notFound(head.method().name(), head.path()));
        }
        return ANSWERED;
    }

    private Dialect addressed(RequestHead head) {
        for (Dialect dialect : context.dialects()) {
            if (dialect.addressed(head.path(), head.headers()::contains)) {
                return dialect;
            }
        }
        return context.dialects().getLast();
    }

    /** Ends what is still open: charged for what was relayed, and told so in its dialect. */
    public void stopExchanges() {
        loops.values()
                .forEach(loop -> loop.loop()
                        .execute(
                                () -> loop.keeper().open().forEach(exchange -> exchange.stop(Ending.Reason.SHUTDOWN))));
    }

    /**
     * Redis may have lost holds of its last second on these shards: places those of open exchanges again. Any thread.
     *
     * @return completes once every open exchange knows
     */
    public CompletableFuture<Void> reinstate(Set<Integer> shards) {
        return CompletableFuture.allOf(
                loops.values().stream().map(loop -> reinstated(loop, shards)).toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<?> reinstated(ProxyLoop loop, Set<Integer> shards) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.loop().execute(() -> {
            List<Exchange> open = loop.keeper().open().stream()
                    .filter(exchange -> shards.contains(exchange.shard()))
                    .toList();
            AtomicInteger left = new AtomicInteger(open.size() + 1);
            Runnable one = () -> {
                if (left.decrementAndGet() == 0) {
                    done.complete(null);
                }
            };
            open.forEach(exchange -> exchange.reinstate(one));
            one.run();
        });
        return done;
    }

    /** Closes idle connections to upstreams. */
    public void close() {
        loops.values().forEach(loop -> loop.loop().execute(loop::close));
    }
}
