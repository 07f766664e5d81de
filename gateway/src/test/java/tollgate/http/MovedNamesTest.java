package tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An upstream whose name leads elsewhere from one moment on, asked without pause. */
@SuppressWarnings("AddressSelection") // a literal address has no other
class MovedNamesTest {
    private volatile String address = "127.0.0.1";

    @ParameterizedTest
    @EnumSource(Transport.class)
    void a_busy_connection_gets_old_and_its_successor_goes_where_the_name_leads_by_then(Transport transport)
            throws Exception {
        Sockets.assumeAvailable(transport);
        EventLoopGroup loops = transport.loops(1, "test");
        EventLoop loop = loops.next();
        try (DatagramSocket names = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                ServerSocket before = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                ServerSocket after = new ServerSocket(before.getLocalPort(), 50, InetAddress.getByName("127.0.0.2"));
                Upstreams upstreams = new Upstreams(
                        transport,
                        SslContextBuilder.forClient(),
                        Duration.ofSeconds(3),
                        new DnsNameResolverBuilder()
                                .nameServerProvider(new SingletonDnsServerAddressStreamProvider(
                                        (InetSocketAddress) names.getLocalSocketAddress())))) {
            Thread.ofVirtual().start(() -> tellNames(names));
            Thread.ofVirtual().start(() -> serve(before, "before"));
            Thread.ofVirtual().start(() -> serve(after, "after"));
            Duration long1 = Duration.ofSeconds(5);
            UpstreamSettings settings = new UpstreamSettings(
                    URI.create("http://moved.example:" + before.getLocalPort()), long1, long1, long1, long1, 4);
            UpstreamPool pool =
                    loop.submit(() -> upstreams.pool(settings, loop)).get();
            assertThat(ask(loop, pool)).isEqualTo("new 200 before end");
            assertThat(ask(loop, pool)).isEqualTo("reused 200 before end");
            address = "127.0.0.2";
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> ask(loop, pool).endsWith(" after end"));
            assertThat(ask(loop, pool)).endsWith(" after end");
            loop.submit(pool::close).get();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static String ask(EventLoop loop, UpstreamPool pool) throws Exception {
        GatheredAnswer answer = new GatheredAnswer();
        loop.execute(() -> pool.send(
                new UpstreamRequest(HttpMethod.GET, "/", new DefaultHttpHeaders(), Unpooled.EMPTY_BUFFER), answer));
        return answer.over.get(5, TimeUnit.SECONDS);
    }

    private static void serve(ServerSocket listening, String who) {
        byte[] told = ("HTTP/1.1 200 OK\r\nContent-Length: " + who.length() + "\r\n\r\n" + who)
                .getBytes(StandardCharsets.US_ASCII);
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> answer(client, told));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void answer(Socket client, byte[] told) {
        try (client) {
            InputStream in = client.getInputStream();
            int ends = 0;
            for (int b; (b = in.read()) >= 0; ) {
                ends = b == '\r' || b == '\n' ? ends + 1 : 0;
                if (ends == 4) {
                    client.getOutputStream().write(told);
                }
            }
        } catch (IOException left) {
            // the test is over
        }
    }

    /** Answers every question for a name (RFC 1035 §4): its address for a second, and nothing of other kinds. */
    private void tellNames(DatagramSocket names) {
        byte[] bytes = new byte[512];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                names.receive(packet);
                int end = 12;
                while (bytes[end] != 0) {
                    end += bytes[end] + 1;
                }
                end += 5;
                boolean ipv4 = bytes[end - 3] == 1;
                ByteBuffer out = ByteBuffer.allocate(512);
                out.put(bytes, 0, 2)
                        .putShort((short) 0x8180)
                        .putShort((short) 1)
                        .putShort((short) (ipv4 ? 1 : 0))
                        .putInt(0);
                out.put(bytes, 12, end - 12);
                if (ipv4) {
                    out.putShort((short) 0xC00C).putShort((short) 1).putShort((short) 1);
                    out.putInt(1).putShort((short) 4);
                    out.put(InetAddress.getByName(address).getAddress());
                }
                names.send(new DatagramPacket(out.array(), out.position(), packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }
}
