package tollgate.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tollgate.http.UpstreamFailure.Kind;

/**
 * HTTP/1.1 connections of one event loop to one upstream; the one used last is used first. Where it is kept busy it would
 * be used for ever, and a name that leads elsewhere by now never be looked up again: so none is used once it is old.
 */
final class Http1UpstreamPool implements UpstreamPool {
    private static final long IDLE_NANOS = 50_000_000_000L;

    private final UpstreamSettings settings;
    private final long ageNanos;
    private final Sweep sweep;
    private final Bootstrap bootstrap;
    private final @Nullable SslContext tls;
    private final String host;
    private final int port;
    private final String authority;
    private final String basePath;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private boolean closed;

    Http1UpstreamPool(
            UpstreamSettings settings,
            Transport transport,
            EventLoop loop,
            AddressResolverGroup<InetSocketAddress> resolver,
            @Nullable SslContext tls,
            Duration age) {
        this.settings = settings;
        this.ageNanos = age.toNanos();
        this.sweep = Sweep.of(loop);
        this.tls = tls;
        this.host = settings.baseUrl().getHost();
        int given = settings.baseUrl().getPort();
        this.port = given >= 0 ? given : tls == null ? 80 : 443;
        this.authority = given >= 0 ? host + ":" + given : host;
        String path = settings.baseUrl().getRawPath();
        this.basePath = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(transport::channel)
                .resolver(resolver)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(settings.connect().toMillis()));
    }

    Sweep sweep() {
        return sweep;
    }

    @Override
    public UpstreamCall send(UpstreamRequest request, AnswerReceiver receiver) {
        Http1UpstreamCall call = new Http1UpstreamCall(this, settings, request, receiver);
        sweep.join(call);
        UpstreamConnection free = free();
        if (free == null) {
            connect(call);
        } else {
            call.carriedBy(free, head(request));
        }
        return call;
    }

    private @Nullable UpstreamConnection free() {
        long now = System.nanoTime();
        for (UpstreamConnection connection; (connection = idle.pollFirst()) != null; ) {
            if (connection.usable() && now - connection.idleSince() < IDLE_NANOS && !isOld(connection, now)) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    private boolean isOld(UpstreamConnection connection, long now) {
        return now - connection.since() > ageNanos;
    }

    /** Opens a connection for a call. */
    void connect(Http1UpstreamCall call) {
        UpstreamConnection connection = new UpstreamConnection(this);
        ChannelFuture connecting = bootstrap
                .clone()
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            SslHandler handler = tls.newHandler(channel.alloc(), host, port);
                            // the call's own budget covers names, TCP and TLS together
                            handler.setHandshakeTimeoutMillis(0);
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline().addLast(connection.decoder(), connection);
                    }
                })
                .connect(host, port);
        call.connecting(connecting.channel());
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                call.fail(connectFailure(done.cause()));
            } else if (!settings.linkLocal() && linkLocal(connecting.channel())) {
                connecting.channel().close();
                call.fail(new UpstreamFailure(
                        Kind.UNRESOLVED,
                        host + " is an address of the link itself, where machines are told their credentials"));
            } else if (tls == null) {
                connected(connection, call);
            } else {
                connecting
                        .channel()
                        .pipeline()
                        .get(SslHandler.class)
                        .handshakeFuture()
                        .addListener(shaken -> {
                            if (shaken.isSuccess()) {
                                connected(connection, call);
                            } else {
                                call.fail(new UpstreamFailure(
                                        Kind.TLS, String.valueOf(shaken.cause().getMessage())));
                            }
                        });
            }
        });
    }

    /** Whoever says which addresses a name has must not lead us to where nobody sent us; nothing was sent yet. */
    private static boolean linkLocal(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress to
                && to.getAddress().isLinkLocalAddress();
    }

    private void connected(UpstreamConnection connection, Http1UpstreamCall call) {
        if (call.isOver()) {
            connection.close();
        } else {
            call.carriedBy(connection, head(call.request()));
        }
    }

    private static UpstreamFailure connectFailure(Throwable cause) {
        Kind kind = switch (cause) {
            case UnknownHostException unknown -> Kind.UNRESOLVED;
            case ConnectTimeoutException late -> Kind.CONNECT_TIMEOUT;
            case SSLException tls -> Kind.TLS;
            default -> Kind.CONNECT_REFUSED;
        };
        return new UpstreamFailure(kind, String.valueOf(cause.getMessage()));
    }

    private ByteBuf head(UpstreamRequest request) {
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.HOST, authority);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, request.body().readableBytes());
        ByteBuf head = ByteBufAllocator.DEFAULT.ioBuffer(1024);
        HeadWriter.request(head, request.method(), basePath + request.target(), headers);
        return head;
    }

    /** A connection has nothing to do. */
    void idle(UpstreamConnection connection) {
        if (closed || idle.size() >= settings.maxIdle() || isOld(connection, System.nanoTime())) {
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    /** A connection is of no more use. */
    void forget(UpstreamConnection connection) {
        idle.remove(connection);
    }

    @Override
    public void close() {
        closed = true;
        for (UpstreamConnection connection; (connection = idle.poll()) != null; ) {
            connection.close();
        }
    }
}
