package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.ObjectCall.Deed;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.http.GoneReason;
import tollgate.http.RequestReceiver;
import tollgate.http.ServerExchange;
import tollgate.http.UpstreamCall;
import tollgate.http.UpstreamRequest;
import tollgate.identity.Credentials;
import tollgate.identity.KeyIdentity;
import tollgate.identity.KeyLookup;

/**
 * A request about something that a provider keeps: passed on, for nothing, where it is the key's own, and to the upstream
 * alone that has it. What is another's is not there.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 * <h2>Reference counting</h2> Owns the body until it is forwarded or refused.
 */
final class ObjectExchange implements RequestReceiver {
    /** Of a conversation's first items; what models read is in requests that bill. */
    private static final int MOST_BYTES = 1 << 20;

    private final ProxyContext context;
    private final ProxyLoop loop;
    private final ServerExchange server;
    private final Dialect dialect;
    private final ObjectCall asked;
    private final String id;
    private final CompositeByteBuf body;
    private @Nullable KeyIdentity identity;
    private @Nullable ObjectRelay relay;
    private int reserved;
    private boolean over;

    ObjectExchange(ProxyContext context, ProxyLoop loop, ServerExchange server, Dialect dialect, ObjectCall asked) {
        this.context = context;
        this.loop = loop;
        this.server = server;
        this.dialect = dialect;
        this.asked = asked;
        this.id = loop.newId();
        this.body = server.alloc().compositeBuffer(64);
    }

    /** Looks up who asks. */
    void begin() {
        switch (Credentials.of(server.head().headers()::getAll, server.head().query())) {
            case Credentials.Missing() -> refuse(Refusals.key());
            case Credentials.Ambiguous() -> refuse(Refusals.twoKeys());
            case Credentials.Found(String secret) -> {
                var found = context.keys().lookup(secret, Intake.address(server));
                onLoop(found, Refusals.keySourceAway(), this::found);
            }
        }
    }

    /** What becomes of it goes on here, unless the client has left meanwhile. */
    private <T> void onLoop(CompletionStage<T> asking, Refusal away, java.util.function.Consumer<T> then) {
        asking.whenComplete((found, failure) -> server.loop().execute(() -> {
            if (!over && failure != null) {
                refuse(away);
            } else if (!over) {
                then.accept(found);
            }
        }));
    }

    private void found(KeyLookup found) {
        switch (found) {
            // no hold will tell that it was revoked
            case KeyLookup.Known(KeyIdentity key) ->
                onLoop(context.keys().current(key.keyId()), Refusals.keySourceAway(), this::current);
            case KeyLookup.Unknown() -> refuse(Refusals.key());
            case KeyLookup.TooMany() -> refuse(Refusals.tooManyUnknownKeys());
        }
    }

    private void current(Optional<KeyIdentity> now) {
        if (now.isEmpty()) {
            refuse(Refusals.key());
            return;
        }
        identity = now.get();
        Refusal mayNotSpend =
                asked.deed() == Deed.READ || !context.settings().enforce() ? null : CapRefusals.mayNotSpend(now.get());
        String strange = Query.strange(dialect, server.head().query());
        String coding = server.head().headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (mayNotSpend != null) {
            refuse(mayNotSpend);
        } else if (strange != null) {
            refuse(Refusals.query(strange));
        } else if (!coding.equalsIgnoreCase("identity")) {
            refuse(Refusals.codedBody(coding));
        } else if (server.head().contentLength() > MOST_BYTES) {
            refuse(Refusals.tooLarge(MOST_BYTES));
        } else if (!context.memory().take(MOST_BYTES)) {
            refuse(Refusals.busy());
        } else {
            reserved = MOST_BYTES;
            server.sendContinue();
            server.readBody();
        }
    }

    @Override
    public void onBody(ByteBuf slice) {
        if (over || relay != null) {
            slice.release();
        } else if (body.readableBytes() + slice.readableBytes() > MOST_BYTES) {
            slice.release();
            refuse(Refusals.tooLarge(MOST_BYTES));
        } else {
            body.addComponent(true, slice);
        }
    }

    @Override
    public void onBodyEnd() {
        if (over) {
            return;
        }
        KeyIdentity key = Objects.requireNonNull(identity);
        String about = asked.id();
        if (about == null) {
            read(null);
        } else {
            onLoop(
                    context.objects().find(key, asked.kind(), about),
                    Refusals.objectsAway(),
                    where -> where.ifPresentOrElse(this::read, () -> refuse(Refusals.notKept(null, about))));
        }
    }

    /** What else it names has to be the key's own, too, and at the same upstream. */
    private void read(@Nullable String keeper) {
        if (!body.isReadable()) {
            forward(keeper);
            return;
        }
        switch (dialect.readObject(asked, body)) {
            case RequestReading.Refused refused -> refuse(refused.refusal());
            case RequestReading.Understood(MeteredRequest request) -> {
                List<MeteredRequest.Reference> references =
                        request.extent().kept().references();
                if (references.isEmpty()) {
                    forward(keeper);
                } else {
                    onLoop(
                            References.find(context.objects(), Objects.requireNonNull(identity), references),
                            Refusals.objectsAway(),
                            found -> referred(keeper, references.getFirst(), found));
                }
            }
        }
    }

    private void referred(@Nullable String keeper, MeteredRequest.Reference first, References.Found found) {
        switch (found) {
            case References.Found.Missing(MeteredRequest.Reference which) -> refuse(Refusals.notKept(which));
            case References.Found.At(String name) -> {
                if (keeper == null || keeper.equals(name)) {
                    forward(name);
                } else {
                    refuse(Refusals.notKept(first));
                }
            }
        }
    }

    private void forward(@Nullable String keeper) {
        KeyIdentity key = Objects.requireNonNull(identity);
        Upstream upstream = keeper == null
                ? context.routing().of(dialect.name(), key.live())
                : context.routing().named(keeper, key.live());
        if (upstream == null || !upstream.dialect().equals(dialect.name())) {
            refuse(Refusals.noUpstream(dialect.name(), key.live()));
            return;
        }
        String about = asked.id();
        if (asked.deed() == Deed.DELETE && asked.kind() == ObjectCall.Kind.RESPONSE && about != null) {
            // what is not paid for yet has to be there until it is
            onLoop(
                    context.jobs().making(upstream.name(), about),
                    Refusals.objectsAway(),
                    making -> making.ifPresentOrElse(
                            exchange -> {
                                context.jobs().wake(upstream.name(), about);
                                refuse(Refusals.stillMade(exchange));
                            },
                            () -> send(upstream)));
        } else {
            send(upstream);
        }
    }

    private void send(Upstream upstream) {
        context.telemetry()
                .count("tollgate_object_requests_total", 1, "kind", asked.kind().wireName());
        HttpHeaders headers = ForwardedHeaders.upstream(server.head().headers(), true);
        String apiKey = upstream.apiKey();
        if (apiKey != null) {
            dialect.authorize(apiKey, headers::set);
        }
        String target = Query.target(server.head().path(), server.head().query());
        ByteBuf sent = body.isReadable() ? body.retain() : Unpooled.EMPTY_BUFFER;
        ObjectRelay relaying = new ObjectRelay(
                context, server, dialect, upstream, id, asked.deed() == Deed.MAKE, made -> answered(upstream, made));
        relay = relaying;
        String about = asked.id();
        if (asked.kind() == ObjectCall.Kind.RESPONSE && asked.deed() == Deed.READ && about != null) {
            relaying.watching(had -> context.jobs().retrieved(upstream.name(), about, had));
        }
        dropBody();
        UpstreamCall call =
                loop.pool(upstream).send(new UpstreamRequest(server.head().method(), target, headers, sent), relaying);
        relaying.runs(call);
    }

    /** It was done, and the client is about to know. */
    private void answered(Upstream upstream, @Nullable String made) {
        KeyIdentity key = Objects.requireNonNull(identity);
        if (asked.deed() == Deed.MAKE && made != null) {
            context.objects()
                    .made(new ObjectMap.Made(
                            upstream.name(), asked.kind(), made, ObjectMap.owner(key), key.live(), id));
        } else if (asked.kind() == ObjectCall.Kind.RESPONSE && asked.deed() != Deed.DELETE) {
            context.jobs().wake(upstream.name(), Objects.requireNonNull(asked.id()));
        } else if (asked.deed() == Deed.DELETE) {
            context.objects().gone(upstream.name(), Objects.requireNonNull(asked.id()));
        }
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
        ObjectRelay running = relay;
        if (running != null) {
            running.clientGone();
        } else if (!over) {
            dropBody();
        }
    }

    @Override
    public void onWritable() {
        ObjectRelay running = relay;
        if (running != null) {
            running.clientWritable();
        }
    }
}
