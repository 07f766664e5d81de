package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
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
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
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
    private @Nullable Upstream upstream;
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
        Refusal mayNotSpend = enforcement.made(CapRefusals.mayNotSpend(key));
        if (mayNotSpend != null) {
            refuse(mayNotSpend);
            return;
        }
        upstream = context.routing().of(dialect.name(), key.live());
        HttpHeaders headers = server.head().headers();
        String coding = String.join(", ", headers.getAll(HttpHeaderNames.CONTENT_ENCODING));
        String announce = headers.get("X-Tollgate-Announce");
        String strange = Query.strange(dialect, server.head().query());
        String field = ForwardedHeaders.strange(dialect, headers);
        if (upstream == null) {
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
            case RequestReading.Understood(MeteredRequest request) -> understood(request);
        }
    }

    private void understood(MeteredRequest request) {
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
        String unbounded = request.extent().unbounded();
        Refusal notBounded = enforcement.made(
                unbounded == null || context.holds().inputCeiling() != null ? null : Refusals.unbounded(unbounded));
        if (notBounded != null) {
            refuse(notBounded);
            return;
        }
        RateBook book = context.prices().get();
        switch (book.resolve(dialect.provider(), request.model(), started)) {
            case Resolution.Unknown unknown ->
                refuse(Refusals.unpriced(request.model(), unknown.nearest(), unknown.periods()));
            case Resolution.Priced(ModelRates rates, boolean byDefault)
            when !byDefault && !serves(rates, request) -> refuse(Refusals.notPricedFor(request));
            case Resolution.Priced(ModelRates rates, boolean _)
            when !callsPriced(rates, request) -> refuse(Refusals.callsNotPriced(request));
            case Resolution.Priced(ModelRates rates, boolean byDefault)
            when !priced(rates, request.asked()) -> refuse(Refusals.conditions(request.asked()));
            case Resolution.Priced priced -> {
                Refusal frozen = enforcement.made(
                        CapRefusals.frozen(key, request.model(), priced.rates().card()));
                if (frozen != null) {
                    context.keys().doubt(key.keyId());
                    refuse(frozen);
                } else if (book.sells(key.plan())) {
                    Terms terms = Terms.STANDARD.at(started);
                    allowed(
                            key,
                            HoldPlan.of(
                                    request,
                                    priced.rates(),
                                    book,
                                    terms,
                                    Placement.buyer(key),
                                    context.holds(),
                                    context.typical()));
                } else {
                    askForPlan(key, request);
                }
            }
        }
    }

    /** No price knows the plan, but what is remembered of the key may be old: no hold would tell. */
    private void askForPlan(KeyIdentity key, MeteredRequest request) {
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
                        knownAnew(found.get(), key, request);
                    }
                }));
    }

    private void knownAnew(KeyIdentity now, KeyIdentity before, MeteredRequest request) {
        Refusal mayNotSpend = enforcement.made(CapRefusals.mayNotSpend(now));
        if (mayNotSpend != null) {
            refuse(mayNotSpend);
        } else if (Objects.equals(now.plan(), before.plan())) {
            refuse(Refusals.plan(before));
        } else {
            identity = now;
            understood(request);
        }
    }

    /** A tier or region that is asked for, and may cost other than what is usual, has rates of its own. */
    private static boolean priced(ModelRates rates, MeteredRequest.Conditions asked) {
        boolean region = asked.region() == null
                || rates.card().regions().isEmpty()
                || rates.card().regions().containsKey(asked.region());
        return region && (asked.tier() == null || rates.card().tiers().containsKey(asked.tier()));
    }

    /** The card is of this kind of work, and has a price for what it makes: nothing is free by accident. */
    private static boolean serves(ModelRates rates, MeteredRequest request) {
        Service service = request.service();
        return service.servedBy(rates.card().service())
                && (!service.freeByCard()
                        || rates.worstCase(1, 1, Terms.STANDARD, Markup.NONE).nano() == 0)
                && (service.free() || rates.prices(UnitClass.INPUT))
                && (!service.answerBills() || rates.prices(UnitClass.OUTPUT));
    }

    /** What the provider's tools are called for has a price. */
    private static boolean callsPriced(ModelRates rates, MeteredRequest request) {
        return request.extent().calls().keySet().stream().allMatch(rates::prices);
    }

    /** Everything may be done but to go on from what others made: that nobody may, enforced or not. */
    private void allowed(KeyIdentity key, HoldPlan plan) {
        List<MeteredRequest.Reference> references =
                plan.request().extent().kept().references();
        if (references.isEmpty()) {
            handOver(key, plan);
            return;
        }
        References.find(context.objects(), key, references)
                .whenComplete((found, failure) -> server.loop().execute(() -> {
                    if (!over) {
                        referred(key, plan, failure == null ? found : null);
                    }
                }));
    }

    private void referred(KeyIdentity key, HoldPlan plan, References.@Nullable Found found) {
        switch (found) {
            case null -> refuse(Refusals.objectsAway());
            case References.Found.Missing(MeteredRequest.Reference which) -> refuse(Refusals.notKept(which));
            case References.Found.At(String name) -> {
                Upstream keeper = context.routing().named(name, key.live());
                if (keeper == null || !keeper.dialect().equals(dialect.name())) {
                    refuse(Refusals.noUpstream(dialect.name(), key.live()));
                } else {
                    upstream = keeper;
                    handOver(key, plan);
                }
            }
        }
    }

    private void handOver(KeyIdentity key, HoldPlan plan) {
        Exchange next = new Exchange(
                context,
                loop,
                server,
                dialect,
                id,
                key,
                Objects.requireNonNull(upstream),
                plan,
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
