package tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Transport.class)
@SuppressWarnings("NullAway.Init") // listens before every test
class UpstreamPoolTest {
    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final Upstreams upstreams;
    private ServerSocket server;
    private UpstreamPool pool;

    UpstreamPoolTest(Transport transport) {
        Sockets.assumeAvailable(transport);
        loops = transport.loops(1, "test");
        loop = loops.next();
        upstreams = new Upstreams(transport);
    }

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        URI base = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/base/");
        Duration second = Duration.ofMillis(600);
        pool = loop.submit(() -> upstreams.pool(
                        new UpstreamSettings(base, second, second, second, Duration.ofSeconds(3), 4), loop))
                .get();
    }

    @AfterEach
    void close() throws Exception {
        loop.submit(pool::close).get();
        upstreams.close();
        server.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private CompletableFuture<String> ask() {
        GatheredAnswer answer = new GatheredAnswer();
        loop.execute(() -> pool.send(
                new UpstreamRequest(
                        HttpMethod.POST,
                        "/v1/x?q=1",
                        new DefaultHttpHeaders().set("X-Asked", "yes"),
                        Unpooled.copiedBuffer("body", StandardCharsets.UTF_8)),
                answer));
        return answer.over;
    }

    private static String readRequest(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder read = new StringBuilder();
        while (!read.toString().endsWith("\r\n\r\nbody")) {
            int b = in.read();
            if (b < 0) {
                return read.toString();
            }
            read.append((char) b);
        }
        return read.toString();
    }

    private static void answer(Socket socket, String text, int piece) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        socket.setTcpNoDelay(true);
        try {
            for (int at = 0; at < bytes.length; at += piece) {
                socket.getOutputStream().write(bytes, at, Math.min(piece, bytes.length - at));
                if (piece < 5) {
                    Thread.sleep(0, 300_000);
                }
            }
        } catch (IOException closed) {
            // The other side has read enough to refuse the rest.
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        counted                    | HTTP/1.1 200 OK~Content-Length: 5~~hello                            | new 200 hello end
        empty                      | HTTP/1.1 200 OK~Content-Length: 0~~                                 | new 200  end
        chunked with trailers      | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abc~2;x=y~de~0~T: v~~ | new 200 abcde end
        until close                | HTTP/1.1 200 OK~~hello                                              | new 200 hello end
        HTTP/1.0 until close       | HTTP/1.0 200 OK~~hello                                              | new 200 hello end
        interim answers            | HTTP/1.1 100 Continue~~HTTP/1.1 103 Early Hints~Link: a~~HTTP/1.1 200 OK~Content-Length: 1~~x | new 200 x end
        204 has no body            | HTTP/1.1 204 No Content~~                                           | new 204  end
        hop-by-hop fields go       | HTTP/1.1 200 OK~Connection: X-Hop~X-Hop: a~X-Kept: b~Content-Length: 0~~ | new 200 b end
        both lengths               | HTTP/1.1 200 OK~Content-Length: 3~Transfer-Encoding: chunked~~0~~   | new  MALFORMED
        lengths that differ        | HTTP/1.1 200 OK~Content-Length: 3~Content-Length: 4~~abc            | new  MALFORMED
        a coding before chunked    | HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~0~~               | new  MALFORMED
        chunked in HTTP/1.0        | HTTP/1.0 200 OK~Transfer-Encoding: chunked~~0~~                     | new  MALFORMED
        a folded line              | HTTP/1.1 200 OK~X-A: b~ c~Content-Length: 0~~                       | new  MALFORMED
        switching protocols        | HTTP/1.1 101 Switching Protocols~Upgrade: h2c~~                     | new  MALFORMED
        another version            | HTTP/3.0 200 OK~Content-Length: 0~~                                 | new  MALFORMED
        no HTTP at all             | SSH-2.0-OpenSSH~~                                                   | new  MALFORMED
        lengths that agree, twice  | HTTP/1.1 200 OK~Content-Length: 3~Content-Length: 3~~abc            | new  MALFORMED
        a signed length            | HTTP/1.1 200 OK~Content-Length: +3~~abc                             | new  MALFORMED
        an empty length            | HTTP/1.1 200 OK~Content-Length:~~abc                                | new  MALFORMED
        a list of lengths          | HTTP/1.1 200 OK~Content-Length: 3, 3~~abc                           | new  MALFORMED
        identity                   | HTTP/1.1 200 OK~Transfer-Encoding: identity~~abc                    | new  MALFORMED
        chunked twice              | HTTP/1.1 200 OK~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~ | new  MALFORMED
        white space before a colon goes | HTTP/1.1 200 OK~Content-Length : 3~~abc                             | new 200 abc end
        a line without a colon     | HTTP/1.1 200 OK~abc~Content-Length: 3~~abc                          | new  MALFORMED
        a status of four digits    | HTTP/1.1 2000 OK~Content-Length: 0~~                                | new  MALFORMED
        an answer for a trailer    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~HTTP/1.1 200 OK~~     | new 200  MALFORMED
        a chunk size with a sign   | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~+3~abc~0~~              | new 200  MALFORMED
        a chunk beyond its size    | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abcd~0~~              | new 200 abc MALFORMED
        closed before its end      | HTTP/1.1 200 OK~Content-Length: 9~~hello                            | new 200 hello RESET
        closed amid the chunks     | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~                | new 200 hello RESET
        """)
    void answersAreFramedStrictly(String story, String sent, String gathered) throws Exception {
        String bytes = sent.strip().replace("~", "\r\n");
        for (int piece : new int[] {Integer.MAX_VALUE, 1, 6}) {
            CompletableFuture<String> answer = ask();
            try (Socket socket = server.accept()) {
                readRequest(socket);
                answer(socket, bytes, piece);
                if (gathered.contains("RESET") || story.contains("until close")) {
                    socket.shutdownOutput();
                }
                assertThat(answer.get(5, TimeUnit.SECONDS).replace("reused ", ""))
                        .isEqualTo(gathered);
            }
        }
    }

    @Test
    void theRequestArrivesAsItWasMeant() throws Exception {
        CompletableFuture<String> answer = ask();
        try (Socket socket = server.accept()) {
            assertThat(readRequest(socket))
                    .isEqualTo("POST /base/v1/x?q=1 HTTP/1.1\r\nX-Asked: yes\r\nhost: 127.0.0.1:"
                            + server.getLocalPort() + "\r\ncontent-length: 4\r\n\r\nbody");
            answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 99);
            answer.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aDeadReusedConnectionIsReplacedOnce() throws Exception {
        CompletableFuture<String> first = ask();
        Socket socket = server.accept();
        readRequest(socket);
        answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", 99);
        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("new 200 a end");

        CompletableFuture<String> second = ask();
        readRequest(socket);
        socket.close();
        try (Socket fresh = server.accept()) {
            readRequest(fresh);
            answer(fresh, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb", 99);
            assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("reused new 200 b end");
        }
    }

    @Test
    void aNewConnectionThatDiesIsNotReplaced() throws Exception {
        CompletableFuture<String> answer = ask();
        try (Socket socket = server.accept()) {
            readRequest(socket);
        }
        assertThat(answer.get(5, TimeUnit.SECONDS)).isEqualTo("new  RESET");
    }

    @Test
    void anUpstreamThatDoesNotAnswerTimesOut() throws Exception {
        CompletableFuture<String> answer = ask();
        try (Socket socket = server.accept()) {
            readRequest(socket);
            assertThat(answer.get(5, TimeUnit.SECONDS)).isEqualTo("new  FIRST_BYTE_TIMEOUT");
        }
        CompletableFuture<String> stalls = ask();
        try (Socket socket = server.accept()) {
            readRequest(socket);
            answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 99);
            assertThat(stalls.get(5, TimeUnit.SECONDS)).isEqualTo("new 200 ab IDLE_TIMEOUT");
        }
    }

    @Test
    void aRefusedConnectionIsSaidSo() throws Exception {
        server.close();
        assertThat(ask().get(5, TimeUnit.SECONDS)).isEqualTo(" CONNECT_REFUSED");
    }
}
