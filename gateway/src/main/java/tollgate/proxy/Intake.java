package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.http.GoneReason;
import tollgate.http.RequestReceiver;
import tollgate.http.ServerExchange;
import tollgate.identity.AddressLimiter;
import tollgate.identity.Credentials;
import tollgate.identity.KeyIdentity;
import tollgate.identity.KeyLookup;
import tollgate.metering.HoldPlan;
import tollgate.pricing.RateBook;
import tollgate.wallet.IdempotencyMark;

/**
 * The first half of an exchange: who asks, what for, and what it may cost. Ends in a refusal, or hands over to an {@link
 * Exchange}.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Reference counting</h2> Owns the body until the exchange takes it over.
 */
final class Intake implements RequestReceiver {
    private static final long MEMORY_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MEMORY_RETRY_MS = 25;
    private static final int LONGEST_MODEL = 256;

    private final ProxyContext context;
    private final ProxyLoop loop;
    private final ServerExchange server;
    private final Dialect dialect;
    private final Service service;
    private final String id;
    private final Instant started;
    private final long startedNanos = System.nanoTime();
    private final CompositeByteBuf body;
    private final Enforcement enforcement;
    private @Nullable KeyIdentity identity;
    private @Nullable Exchange exchange;
    private @Nullable String idempotencyKey;
    private @Nullable RequestPrint print;
    private long reserved;
    private boolean over;

    Intake(ProxyContext context, ProxyLoop loop, ServerExchange server, Dialect dialect, Service service) {
        this.context = context;
        this.loop = loop;
        this.server = server;
        this.dialect = dialect;
        this.service = service;
        this.id = loop.newId();
        this.started = context.clock().instant();
        this.body = server.alloc().compositeBuffer(256);
        this.enforcement = new Enforcement(context.settings().enforce());
    }

    /** Looks up who asks. */
    void begin() {
        HttpHeaders headers = server.head().headers();
        switch (Credentials.of(headers::getAll, server.head().query())) {
            case Credentials.Missing() ->
                refuse(Credentials.signed(headers::getAll) ? Refusals.signed() : Refusals.key());
            case Credentials.Ambiguous() -> refuse(Refusals.twoKeys());
            case Credentials.Found(String secret) -> lookUp(context.keys().lookup(secret, address(server)));
        }
    }

    /** The address that a request came from. */
    static InetAddress address(ServerExchange server) {
        return AddressLimiter.address(server.remote());
    }

    private void lookUp(CompletionStage<KeyLookup> asked) {
        asked.thenAccept(found -> onLoop(() -> found(found))).exceptionally(away -> {
            onLoop(() -> refuse(Refusals.keySourceAway()));
            return null;
        });
    }

    private void found(KeyLookup found) {
        switch (found) {
            case KeyLookup.Known(KeyIdentity key) -> identified(key);
            case KeyLookup.Unknown() -> refuse(Refusals.key());
            case KeyLookup.TooMany() -> refuse(Refusals.tooManyUnknownKeys());
        }
    }

    private void onLoop(Runnable task) {
        if (server.loop().inEventLoop()) {
            task.run();
        } else {
            server.loop().execute(() -> {
                if (!over) {
                    task.run();
                }
            });
        }
    }

    private void identified(KeyIdentity key) {
        identity = key;
        Refusal mayNotSpend = enforcement.mayNotSpend(key);
        if (mayNotSpend != null) {
            refuse(mayNotSpend);
            return;
        }
        HttpHeaders headers = server.head().headers();
        String coding = String.join(", ", headers.getAll(HttpHeaderNames.CONTENT_ENCODING));
        String announce = headers.get("X-Tollgate-Announce");
        String strange = Query.strange(dialect, server.head().query());
        String field = ForwardedHeaders.strange(dialect, headers);
        if (!context.routing().serves(dialect.name(), key.live())) {
            refuse(Refusals.noUpstream(dialect.name(), key.live()));
        } else if (server.head().contentLength() > context.settings().requestBytes()) {
            refuse(Refusals.tooLarge(context.settings().requestBytes()));
        } else if (isCoded(coding)) {
            refuse(Refusals.codedBody(coding));
        } else if (announce != null && !announce.equals("trailers") && !announce.equals("usage")) {
            refuse(Refusals.announce(announce));
        } else if (strange != null) {
            refuse(Refusals.query(strange));
        } else if (field != null) {
            refuse(Refusals.field(field));
        } else if (readsName(headers)) {
            long declared = server.head().contentLength();
            reserve(declared >= 0 ? declared : context.settings().requestBytes(), System.nanoTime());
        }
    }

    /** Whether what the client calls its request is a name, if it calls it anything; refuses where it is none. */
    private boolean readsName(HttpHeaders headers) {
        try {
            idempotencyKey = IdempotencyKeyField.of(headers);
            print = idempotencyKey == null ? null : new RequestPrint(server.head());
            return true;
        } catch (IdempotencyKeyField.Invalid invalid) {
            refuse(Refusals.idempotencyKey(invalid.why()));
            return false;
        }
    }

    /** Whether a list of content codings has any but {@code identity}, which is none. */
    private static boolean isCoded(String codings) {
        for (String coding : codings.split(",", -1)) {
            if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
                return true;
            }
        }
        return false;
    }

    /** Takes memory for the body before its first byte is read; none within a second: the client is to try again. */
    private void reserve(long bytes, long since) {
        if (over) {
            return;
        }
        if (context.memory().take(bytes)) {
            reserved = bytes;
            server.sendContinue();
            server.readBody();
        } else if (System.nanoTime() - since > MEMORY_WAIT_NANOS) {
            refuse(Refusals.busy());
        } else {
            server.loop().schedule(() -> reserve(bytes, since), MEMORY_RETRY_MS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void onBody(ByteBuf slice) {
        if (over) {
            slice.release();
        } else if (body.readableBytes() + slice.readableBytes()
                > context.settings().requestBytes()) {
            slice.release();
            refuse(Refusals.tooLarge(context.settings().requestBytes()));
        } else {
            if (print != null) {
                print.add(slice);
            }
            body.addComponent(true, slice);
        }
    }

    @Override
    public void onBodyEnd() {
        if (over) {
            return;
        }
        context.memory().give(reserved - body.readableBytes());
        reserved = body.readableBytes();
        switch (dialect.read(service, server.head().path(), body)) {
            case RequestReading.Refused refused -> refuse(refused.refusal());
            case RequestReading.Understood understood -> understood(understood);
        }
    }

    private void understood(RequestReading.Understood read) {
        MeteredRequest request = read.request();
        KeyIdentity key = Objects.requireNonNull(identity);
        if (!request.unknownFields().isEmpty()) {
            context.telemetry()
                    .count(
                            "tollgate_unknown_fields_total",
                            request.unknownFields().size(),
                            "dialect",
                            dialect.name());
        }
        if (request.model().length() > LONGEST_MODEL) {
            refuse(Refusals.unpriced(request.model().substring(0, LONGEST_MODEL), null, null));
            return;
        }
        Refusal notAllowed = enforcement.made(key.allows(request.model()) ? null : Refusals.model(request.model()));
        if (notAllowed != null) {
            refuse(notAllowed);
            return;
        }
        Route route = context.routing().of(dialect.name(), request.model(), key.live());
        if (route == null) {
            refuse(Refusals.noUpstream(dialect.name(), key.live()));
            return;
        }
        String unbounded = request.extent().unbounded();
        Refusal notBounded = enforcement.made(
                unbounded == null || route.holds().inputCeiling() != null ? null : Refusals.unbounded(unbounded));
        if (notBounded != null) {
            refuse(notBounded);
            return;
        }
        RateBook book = context.prices().get();
        Offer offer = offer(book, route, read);
        Refusal none = offer.refusal();
        if (none != null) {
            if (none.code().equals(CapRefusals.MODEL_FROZEN)) {
                context.keys().doubt(key.keyId());
            }
            refuse(none);
        } else if (!book.sells(key.plan())) {
            askForPlan(key, read);
        } else {
            allowed(key, read, route, book, offer);
        }
    }

    private Offer offer(RateBook book, Route route, RequestReading.Understood read) {
        KeyIdentity key = Objects.requireNonNull(identity);
        String path = server.head().path();
        return Offer.of(context, book, dialect, route, path, read, key, started, enforcement);
    }

    /** No price knows the plan, but what is remembered of the key may be old: no hold would tell. */
    private void askForPlan(KeyIdentity key, RequestReading.Understood read) {
        context.keys()
                .refresh(key.keyId())
                .whenComplete((found, failure) -> server.loop().execute(() -> {
                    if (over) {
                        return;
                    }
                    if (failure != null) {
                        refuse(Refusals.keySourceAway());
                    } else if (found.isEmpty()) {
                        refuse(Refusals.key());
                    } else {
                        knownAnew(found.get(), key, read);
                    }
                }));
    }

    private void knownAnew(KeyIdentity now, KeyIdentity before, RequestReading.Understood read) {
        Refusal mayNotSpend = enforcement.mayNotSpend(now);
        if (mayNotSpend != null) {
            refuse(mayNotSpend);
        } else if (Objects.equals(now.plan(), before.plan())) {
            refuse(Refusals.plan(before));
        } else {
            identity = now;
            understood(read);
        }
    }

    /** Everything may be done but to go on from what others made: that nobody may, enforced or not. */
    private void allowed(KeyIdentity key, RequestReading.Understood read, Route route, RateBook book, Offer offer) {
        List<MeteredRequest.Reference> references =
                read.request().extent().kept().references();
        if (references.isEmpty()) {
            handOver(key, read, route, offer);
            return;
        }
        References.find(context.objects(), key, references)
                .whenComplete((found, failure) -> server.loop().execute(() -> {
                    if (!over) {
                        referred(key, read, route, book, failure == null ? found : null);
                    }
                }));
    }

    /** What is kept at an upstream is there alone: the request goes to that one, at its prices. */
    private void referred(
            KeyIdentity key,
            RequestReading.Understood read,
            Route route,
            RateBook book,
            References.@Nullable Found found) {
        switch (found) {
            case null -> refuse(Refusals.objectsAway());
            case References.Found.Missing(MeteredRequest.Reference which) -> refuse(Refusals.notKept(which));
            case References.Found.At(String name) -> {
                Route bound = context.routing().bound(route, name, key.live());
                if (bound == null) {
                    refuse(Refusals.noUpstream(dialect.name(), key.live()));
                    return;
                }
                Offer there = offer(book, bound, read);
                Refusal none = there.refusal();
                if (none == null) {
                    handOver(key, read, bound, there);
                } else {
                    refuse(none);
                }
            }
        }
    }

    private void handOver(KeyIdentity key, RequestReading.Understood read, Route route, Offer offer) {
        Candidates candidates = new Candidates(
                route, read.request(), Objects.requireNonNullElse(read.models(), List.of()), offer.planned());
        Duration rest = candidates.restLeft();
        if (!rest.isZero()) {
            refuse(Refusals.upstreamsRest(rest));
            return;
        }
        Exchange next = new Exchange(
                context,
                loop,
                server,
                dialect,
                id,
                key,
                candidates,
                HoldPlan.covering(offer.plans()),
                mark(key),
                enforcement,
                body,
                started,
                startedNanos);
        over = true;
        exchange = next;
        next.hold();
    }

    private @Nullable IdempotencyMark mark(KeyIdentity key) {
        return idempotencyKey == null || print == null
                ? null
                : IdempotencyMark.of(key.keyId(), idempotencyKey, print.end());
    }

    private void refuse(Refusal refusal) {
        dropBody();
        new Refuser(context, loop.accessLog())
                .refuse(server, dialect, id, identity == null ? null : identity.keyId(), refusal);
    }

    private void dropBody() {
        over = true;
        body.release();
        context.memory().give(reserved);
        reserved = 0;
    }

    @Override
    public void onGone(GoneReason reason) {
        if (exchange != null) {
            exchange.clientGone(reason);
        } else if (!over) {
            dropBody();
        }
    }

    @Override
    public void onWritable() {
        if (exchange != null) {
            exchange.clientWritable();
        }
    }
}
