package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's HTTP/1.1 connection: one exchange after the other, in order.
 *
 * <p>Reading goes on during an exchange, since otherwise nobody would notice that the client left; up to
 * {@value #UNDECODED_LIMIT} bytes of requests sent ahead are kept. A client that sends more has its requests dropped:
 * what follows is read, at most {@value #DROPPED_LIMIT} bytes a sweep, and thrown away until the answer has ended and the
 * connection with it. A body that is not wanted yet stops the reading until it is.
 *
 * <h2>Threading</h2> Runs on the connection's event loop; never blocks.
 * <h2>Errors</h2> After a framing error the client is answered and the connection closed: nothing that follows can be
 * trusted.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter implements Sweep.Swept, ListenerConnections.Member {
    private static final int UNDECODED_LIMIT = 64 * 1024;
    private static final int DROPPED_LIMIT = 512 * 1024;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long IDLE_LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final ListenerSettings settings;
    private final ExchangeAcceptor acceptor;
    private final ListenerConnections connections;
    private final RequestDecoder decoder;
    private final ClientStall stall;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ChannelHandlerContext decoderContext;
    private @Nullable Http1Exchange current;
    private long idleSince = System.nanoTime();
    private long headSince;
    private boolean closing;
    private boolean tooFarAhead;
    private int dropped;
    private long lingerUntil;
    private int sweepIndex = -1;

    Http1Connection(ListenerSettings settings, ExchangeAcceptor acceptor, ListenerConnections connections) {
        this.settings = settings;
        this.acceptor = acceptor;
        this.connections = connections;
        this.decoder = new RequestDecoder(this, settings.headerBytes());
        this.stall = new ClientStall(settings.clientStall());
    }

    /** The decoder to put in front of this handler. */
    RequestDecoder decoder() {
        return decoder;
    }

    ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        decoderContext = ctx.pipeline().context(decoder);
        Sweep.of(ctx.channel().eventLoop()).join(this);
        connections.opened(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Sweep.of(ctx.channel().eventLoop()).leave(this);
        connections.closed(this);
        closing = true;
        Http1Exchange exchange = current;
        if (exchange != null) {
            current = null;
            connections.exchangeEnded();
            exchange.gone(GoneReason.LEFT);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Http1Exchange exchange = current;
        if (exchange != null && ctx.channel().isWritable()) {
            exchange.becameWritable();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpRequest request)) {
            throw new IllegalStateException("unexpected " + message.getClass());
        }
        headSince = 0;
        try {
            RequestHead head = RequestHeads.of(request);
            BodyFraming body = RequestHeads.framing(request);
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            HopByHop.strip(head.headers());
            decoder.expect(body);
            begin(new Http1Exchange(this, head, keepAlive, body.complete()));
        } catch (FramingException broken) {
            headBroken(broken);
        }
    }

    private void begin(Http1Exchange exchange) {
        current = exchange;
        connections.exchangeBegan();
        exchange.receivedBy(acceptor.accept(exchange));
    }

    /** A head cannot be read: the client is told, and the connection ends. */
    void headBroken(FramingException broken) {
        if (!closing) {
            PlainAnswer.write(context(), broken.status(), String.valueOf(broken.getMessage()));
            linger();
        }
    }

    boolean wantsHead() {
        return current == null && !closing;
    }

    boolean wantsBody() {
        Http1Exchange exchange = current;
        return exchange != null && exchange.wantsBody();
    }

    boolean discards() {
        return closing;
    }

    void headBytesSeen() {
        if (headSince == 0) {
            headSince = System.nanoTime();
        }
    }

    /** So many bytes of a body wait that nobody wants yet; too many stop the reading until somebody does. */
    void bodyWaits(int bytes) {
        if (bytes > UNDECODED_LIMIT) {
            context().channel().config().setAutoRead(false);
        }
    }

    /** Whether so many bytes behind the request under way are more than may wait: they, and all that follow, are dropped. */
    boolean drops(int bytes) {
        tooFarAhead |= bytes > UNDECODED_LIMIT;
        if (!tooFarAhead) {
            return false;
        }
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.closeAfterwards();
        }
        dropped += bytes;
        if (dropped > DROPPED_LIMIT) {
            context().channel().config().setAutoRead(false);
        }
        return true;
    }

    private void readOn() {
        if (dropped > 0) {
            dropped = 0;
            context().channel().config().setAutoRead(true);
        }
    }

    void body(ByteBuf slice) {
        Http1Exchange exchange = current;
        if (exchange == null) {
            slice.release();
        } else {
            exchange.body(slice);
        }
    }

    void bodyEnd() {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.bodyEnd();
        }
    }

    void bodyBroken(FramingException broken) {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.bodyBroken(broken);
        }
    }

    /** Delivers what has been waiting for the body to be read. */
    void decodeBody() {
        decoder.endEmptyBody();
        decodeAgain();
    }

    /** The answer's end was written; the next request may come, or the connection ends. */
    void exchangeEnded(Http1Exchange exchange, boolean reusable) {
        if (current != exchange) {
            return;
        }
        current = null;
        connections.exchangeEnded();
        idleSince = System.nanoTime();
        if (reusable) {
            decoder.endEmptyBody();
            decodeAgain();
        } else {
            linger();
        }
    }

    private void decodeAgain() {
        ChannelHandlerContext ctx = decoderContext;
        if (ctx == null || ctx.isRemoved()) {
            return;
        }
        try {
            decoder.decodeAgain(ctx);
        } catch (Exception broken) {
            exceptionCaught(context(), broken);
        }
        context().channel().config().setAutoRead(true);
    }

    /** Whether the answer under way is the last here. */
    boolean leaving() {
        return connections.leaving();
    }

    /** Closes so that the client gets what was written: bytes it still sends are read and dropped for a while. */
    void linger() {
        linger(LINGER_NANOS);
    }

    private void linger(long nanos) {
        if (lingerUntil != 0) {
            return;
        }
        closing = true;
        lingerUntil = System.nanoTime() + nanos;
        context().channel().config().setAutoRead(true);
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (context().channel() instanceof SocketChannel socket && socket.isActive()) {
                socket.shutdownOutput();
            }
        });
        decodeAgain();
    }

    /** Cuts the connection at once. */
    void cut() {
        closing = true;
        context().close();
    }

    /** Nothing to tell but in an answer's head. */
    @Override
    public void announceEnd() {}

    @Override
    public void drain() {
        context().executor().execute(() -> {
            Http1Exchange exchange = current;
            if (exchange != null) {
                exchange.closeAfterwards();
            } else if (headSince == 0) {
                // not cut: a request on its way would be answered with a reset
                linger(IDLE_LINGER_NANOS);
            }
        });
    }

    @Override
    public void close() {
        context().executor().execute(this::cut);
    }

    @Override
    public void sweep(long now) {
        Http1Exchange exchange = current;
        if (lingerUntil != 0) {
            if (now - lingerUntil >= 0) {
                context().close();
            }
        } else if (exchange != null) {
            exchange.sweep(now, settings.bodyRead().toNanos());
            readOn();
            if (stall.stalled(context().channel(), now)) {
                current = null;
                connections.exchangeEnded();
                exchange.gone(GoneReason.STALLED);
                cut();
            }
        } else if (headSince != 0) {
            if (now - headSince > settings.headerRead().toNanos()) {
                headBroken(new FramingException(408, "the request's head did not arrive in time"));
            }
        } else if (stall.stalled(context().channel(), now)) {
            cut();
        } else if (stall.waiting()) {
            idleSince = now;
        } else if (now - idleSince > settings.keepAlive().toNanos()) {
            cut();
        }
    }

    @Override
    public int sweepIndex() {
        return sweepIndex;
    }

    @Override
    public void sweepIndex(int index) {
        sweepIndex = index;
    }
}
