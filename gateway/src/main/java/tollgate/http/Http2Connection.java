package tollgate.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's HTTP/2 connection: many exchanges at once, each on a stream of its own.
 *
 * <p>Floods of resets, settings, pings, empty frames and continuations end the connection: the codec's limits are on.
 *
 * <h2>Threading</h2> Runs on the connection's event loop, as do all of its streams; never blocks.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Sweep.Swept, ListenerConnections.Member {
    private static final long MOST_STREAMS = 100;
    private static final int WINDOW_BYTES = 256 * 1024;
    private static final int MOST_RESETS = 200;
    private static final int RESETS_WINDOW_S = 10;
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ListenerSettings settings;
    private final ExchangeAcceptor acceptor;
    private final ListenerConnections connections;
    private final Set<Http2Exchange> open = new LinkedHashSet<>();
    private final LingeringClose ending = new LingeringClose();
    private final UnfinishedHead head = new UnfinishedHead();
    private @Nullable ChannelHandlerContext context;
    private long idleSince = System.nanoTime();
    private boolean draining;
    private long lingerUntil;
    private int sweepIndex = -1;

    private Http2Connection(ListenerSettings settings, ExchangeAcceptor acceptor, ListenerConnections connections) {
        this.settings = settings;
        this.acceptor = acceptor;
        this.connections = connections;
    }

    /** Adds the handlers of HTTP/2 to a connection that begins with its preface. */
    static void addTo(
            ChannelHandlerContext ctx,
            ListenerSettings settings,
            ExchangeAcceptor acceptor,
            ListenerConnections connections) {
        Http2Connection connection = new Http2Connection(settings, acceptor, connections);
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(MOST_STREAMS)
                        .initialWindowSize(WINDOW_BYTES)
                        .maxHeaderListSize(settings.headerBytes()))
                .decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESETS_WINDOW_S)
                .validateHeaders(true)
                .build();
        Http2MultiplexHandler streams = new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new Http2Exchange(connection));
            }
        });
        ctx.pipeline().addLast(connection.ending, connection.head, codec, streams, connection);
    }

    ExchangeAcceptor acceptor() {
        return acceptor;
    }

    ListenerSettings settings() {
        return settings;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        Sweep.of(ctx.channel().eventLoop()).join(this);
        connections.opened(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Sweep.of(ctx.channel().eventLoop()).leave(this);
        connections.closed(this);
        ctx.fireChannelInactive();
    }

    /** Frames of the connection itself: settings, pings and the like have been dealt with by the codec. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    /** Of a broken rule of HTTP/2 the codec tells the client which it was, and closes behind that; our close would forestall it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.close();
            return;
        }
        for (Http2Exchange exchange : new ArrayList<>(open)) {
            exchange.connectionBroken();
        }
    }

    void began(Http2Exchange exchange) {
        open.add(exchange);
        connections.exchangeBegan();
    }

    void ended(Http2Exchange exchange) {
        if (open.remove(exchange)) {
            connections.exchangeEnded();
            idleSince = System.nanoTime();
            closeIfDrained();
        }
    }

    private void closeIfDrained() {
        if (draining && open.isEmpty() && lingerUntil == 0) {
            lingerUntil = System.nanoTime() + LINGER_NANOS;
            // what was written last must leave first, and what the client still sends must not be answered with a reset
            context()
                    .channel()
                    .eventLoop()
                    .execute(() -> context()
                            .writeAndFlush(Unpooled.EMPTY_BUFFER)
                            .addListener(flushed -> {
                                if (context().channel() instanceof SocketChannel socket && socket.isActive()) {
                                    socket.shutdownOutput();
                                }
                            }));
        }
    }

    /** Streams begun in ignorance of it are served (RFC 9113 §6.8). */
    @Override
    public void announceEnd() {
        context().executor().execute(() -> {
            if (!draining) {
                context()
                        .writeAndFlush(
                                new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
            }
        });
    }

    @Override
    public void drain() {
        context().executor().execute(() -> {
            draining = true;
            context().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
            closeIfDrained();
        });
    }

    @Override
    public void close() {
        context().executor().execute(() -> {
            ending.atOnce();
            context().channel().close();
        });
    }

    @Override
    public void sweep(long now) {
        if (lingerUntil != 0) {
            if (now - lingerUntil >= 0) {
                context().close();
            }
            return;
        }
        if (head.since() != 0 && now - head.since() > settings.headerRead().toNanos()) {
            context().close();
            return;
        }
        if (open.isEmpty()) {
            if (now - idleSince > settings.keepAlive().toNanos()) {
                context().close();
            }
            return;
        }
        for (Http2Exchange exchange : new ArrayList<>(open)) {
            exchange.sweep(now);
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
