package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells HTTP/2 with prior knowledge from HTTP/1.1 by a connection's first bytes (RFC 9113 §3.4), and makes way for the
 * handlers of either. There is no upgrade from one to the other.
 *
 * <h2>Threading</h2> Runs on the connection's event loop.
 * <h2>Reference counting</h2> The bytes seen are handed on to the handlers that follow.
 */
final class ProtocolDetector extends ByteToMessageDecoder implements Sweep.Swept, ListenerConnections.Member {
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final ListenerConnections connections;
    private final long patienceNanos;
    private final long prefaceNanos;
    private final Consumer<ChannelHandlerContext> http1;
    private final Consumer<ChannelHandlerContext> http2;
    private final ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
    private final long since = System.nanoTime();
    private volatile ChannelHandlerContext context;
    private volatile boolean draining;
    private long drainedSince;
    private long prefaceSince;
    private int sweepIndex = -1;

    /**
     * A detector.
     *
     * @param http1 adds the handlers of HTTP/1.1 behind this one
     * @param http2 adds those of HTTP/2
     */
    @SuppressWarnings("NullAway.Init") // the context comes with handlerAdded, before anything else
    ProtocolDetector(
            ListenerConnections connections,
            ListenerSettings settings,
            Consumer<ChannelHandlerContext> http1,
            Consumer<ChannelHandlerContext> http2) {
        this.connections = connections;
        this.patienceNanos = settings.keepAlive().toNanos();
        this.prefaceNanos = settings.headerRead().toNanos();
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        Sweep.of(ctx.channel().eventLoop()).join(this);
        connections.opened(this);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        preface.release();
        Sweep.of(ctx.channel().eventLoop()).leave(this);
        connections.closed(this);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int known = Math.min(in.readableBytes(), preface.readableBytes());
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != preface.getByte(i)) {
                become(ctx, http1);
                return;
            }
        }
        if (known == preface.readableBytes()) {
            become(ctx, http2);
        } else if (prefaceSince == 0) {
            prefaceSince = System.nanoTime();
        }
    }

    private void become(ChannelHandlerContext ctx, Consumer<ChannelHandlerContext> protocol) {
        protocol.accept(ctx);
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void announceEnd() {}

    /** A first request may be on its way. */
    @Override
    public void drain() {
        draining = true;
    }

    @Override
    public void close() {
        context.close();
    }

    @Override
    public void sweep(long now) {
        if (draining && drainedSince == 0) {
            drainedSince = now;
        }
        boolean late = prefaceSince != 0 && now - prefaceSince > prefaceNanos;
        if (late || now - since > patienceNanos || (drainedSince != 0 && now - drainedSince > DRAIN_NANOS)) {
            close();
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
