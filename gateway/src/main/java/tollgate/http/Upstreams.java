package tollgate.http;

import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes upstream pools: one name resolver and one set of trusted certificates for all of them. Thread-safe.
 *
 * <p>TLS verifies the certificate against the JDK's trusted ones, and the host name (RFC 9110 §4.3.4), always.
 */
public final class Upstreams implements AutoCloseable {
    /** A name is looked up again once its record's time to live is over, at the latest for a connection that replaces one so old. */
    private static final Duration CONNECTION_AGE = Duration.ofMinutes(5);

    private final Transport transport;
    private final Duration age;
    private final DnsAddressResolverGroup resolver;
    private final SslContext tls;

    /** Pools over this kind of sockets. */
    public Upstreams(Transport transport) {
        this(transport, SslContextBuilder.forClient());
    }

    /** Pools that trust other certificates. */
    Upstreams(Transport transport, SslContextBuilder trusting) {
        this(transport, trusting, CONNECTION_AGE, new DnsNameResolverBuilder());
    }

    /** Pools that use no connection once it is so old, and ask other name servers. */
    Upstreams(Transport transport, SslContextBuilder trusting, Duration age, DnsNameResolverBuilder names) {
        this.transport = transport;
        this.age = age;
        this.resolver = new DnsAddressResolverGroup(names.datagramChannelFactory(
                transport == Transport.EPOLL ? EpollDatagramChannel::new : NioDatagramChannel::new));
        try {
            this.tls = trusting.endpointIdentificationAlgorithm("HTTPS").build();
        } catch (SSLException broken) {
            throw new IllegalStateException("no TLS client can be made here", broken);
        }
    }

    /** A pool for one event loop; must be called on it. */
    public UpstreamPool pool(UpstreamSettings settings, EventLoop loop) {
        @Nullable SslContext secure = "https".equals(settings.baseUrl().getScheme()) ? tls : null;
        return new Http1UpstreamPool(settings, transport, loop, resolver, secure, age);
    }

    /** Ends name resolution. */
    @Override
    public void close() {
        resolver.close();
    }
}
