package tollgate.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Where requests come in: one bound port that speaks HTTP/1.1 and HTTP/2 with prior knowledge.
 *
 * <p>Thread-safe.
 */
public final class HttpListener implements AutoCloseable {
    private final Channel channel;
    private final ListenerConnections connections;

    private HttpListener(Channel channel, ListenerConnections connections) {
        this.channel = channel;
        this.connections = connections;
    }

    /**
     * Binds and starts accepting.
     *
     * @param transport the kind of sockets the loops work with
     * @param accepting the loop that accepts connections
     * @param loops the loops that serve them
     */
    public static HttpListener bind(
            ListenerSettings settings,
            Transport transport,
            EventLoopGroup accepting,
            EventLoopGroup loops,
            ExchangeAcceptor acceptor) {
        ListenerConnections connections = new ListenerConnections();
        ChannelFuture bound = new ServerBootstrap()
                .group(accepting, loops)
                .channelFactory(transport::serverChannel)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 * 1024, 64 * 1024))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accepted.pipeline()
                                .addLast(new ProtocolDetector(
                                        connections,
                                        settings,
                                        ctx -> {
                                            Http1Connection http1 =
                                                    new Http1Connection(settings, acceptor, connections);
                                            ctx.pipeline().addLast(http1.decoder(), http1);
                                        },
                                        ctx -> Http2Connection.addTo(ctx, settings, acceptor, connections)));
                    }
                })
                .bind(settings.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new UncheckedIOException(
                    new BindException("'" + settings.address().getHostString() + ":"
                            + settings.address().getPort() + "' cannot be listened on: "
                            + bound.cause().getMessage() + " (expected: a free port of this machine)"));
        }
        return new HttpListener(bound.channel(), connections);
    }

    /** The port it is bound to. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Exchanges whose answer has not ended. */
    public int openExchanges() {
        return connections.exchanges();
    }

    /** From now on every answer tells its client to send what is new elsewhere; whatever comes is served all the same. */
    public void announceEnd() {
        connections.announceEnd();
    }

    /**
     * Stops accepting, lets exchanges under way end and closes their connections behind them.
     *
     * @return completes when no connection is left, or exceptionally when patience ran out
     */
    public CompletionStage<Void> drain(Duration patience) {
        channel.close();
        return connections.drain().copy().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Stops accepting and cuts every connection. */
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        connections.closeAll();
    }
}
