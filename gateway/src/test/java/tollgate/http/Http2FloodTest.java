package tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tollgate.RawFrames;
import tollgate.RawFrames.Field;

/** Clients of HTTP/2 that hold a connection, or memory, by heads that never end or unfold without end (CVE-2016-6581). */
@SuppressWarnings("NullAway.Init") // made before every test
class Http2FloodTest {
    private static final long MOST_BYTES = 48L * 1024 * 1024;

    private EventLoopGroup loops;
    private HttpListener listener;

    @BeforeEach
    void listen() {
        loops = Transport.best().loops(1, "test");
        listener = HttpListener.bind(
                new ListenerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        16 * 1024,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(30)),
                Transport.best(),
                loops,
                loops,
                new Echo());
    }

    @AfterEach
    void close() {
        listener.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static byte[] request(String path) {
        return RawFrames.block(List.of(
                new Field(":method", "GET"),
                new Field(":scheme", "http"),
                new Field(":path", path),
                new Field(":authority", "t")));
    }

    private static byte[] both(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A field that the table remembers (RFC 7541 §6.2.1), of a length beyond 126. */
    private static byte[] remembered(String name, String value) {
        byte[] plain = RawFrames.block(List.of(new Field(name, value)));
        plain[0] = 0x40;
        return plain;
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
        return runtime.totalMemory() - runtime.freeMemory() + direct;
    }

    /** One field of 4 kB, remembered once and then named by one byte, sixteen thousand times. */
    @Test
    void a_small_block_that_unfolds_without_end_is_refused() throws Exception {
        long before = used();
        byte[] names = new byte[16_000];
        Arrays.fill(names, (byte) 0xBE);
        try (RawFrames client = new RawFrames(listener.port())) {
            byte[] table = both(request("/one"), remembered("x", "y".repeat(3_900)));
            client.frame(RawFrames.HEADERS, RawFrames.END_HEADERS | RawFrames.END_STREAM, 1, table);
            assertThat(client.readTo(1)).isTrue();
            assertThat(client.status(1)).isEqualTo(200);
            for (int i = 1; i < 50 && !client.closed(); i++) {
                int flags = RawFrames.END_HEADERS | RawFrames.END_STREAM;
                try {
                    client.frame(RawFrames.HEADERS, flags, 2 * i + 1, both(request("/one"), names));
                } catch (IOException cut) {
                    break;
                }
                client.readTo(2 * i + 1);
                assertThat(client.status(2 * i + 1)).isNotEqualTo(200);
            }
            assertThat(used() - before).isLessThan(MOST_BYTES);
        }
    }

    @Test
    void a_head_that_never_ends_is_given_up_though_other_streams_go_on() throws Exception {
        try (RawFrames client = new RawFrames(listener.port())) {
            client.frame(RawFrames.HEADERS, RawFrames.END_HEADERS | RawFrames.END_STREAM, 1, request("/never"));
            await().until(() -> listener.openExchanges() == 1);
            client.frame(RawFrames.HEADERS, 0, 3, request("/one"));
            client.readAll();
            assertThat(client.closed()).isTrue();
        }
        await().until(() -> listener.openExchanges() == 0);
    }

    @Test
    void a_preface_that_never_ends_is_given_up() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("PRI * HTTP/2.0\r\n");
            assertThat(client.readAll()).isEmpty();
        }
    }
}
