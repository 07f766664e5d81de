package tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Transport.class)
@SuppressWarnings("NullAway.Init") // listens before the tests of every transport
class HttpListenerTest {
    private static final Echo ECHO = new Echo();
    private static EventLoopGroup loops;
    private static HttpListener listener;

    @Parameter
    Transport transport;

    @BeforeParameterizedClassInvocation
    static void listen(Transport transport) {
        Sockets.assumeAvailable(transport);
        loops = transport.loops(2, "test");
        listener = bind(transport);
    }

    private static HttpListener bind(Transport transport) {
        return HttpListener.bind(
                new ListenerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        4096,
                        Duration.ofMillis(700),
                        Duration.ofMillis(700),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5)),
                transport,
                loops,
                loops,
                ECHO);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        listener.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        both lengths                  | POST / HTTP/1.1~Host: a~Content-Length: 3~Transfer-Encoding: chunked~~0~~ | 400
        lengths that differ           | POST / HTTP/1.1~Host: a~Content-Length: 3~Content-Length: 4~~abc          | 400
        lengths that agree, twice     | POST / HTTP/1.1~Host: a~Content-Length: 3~Content-Length: 3~~abc          | 400
        a list of lengths             | POST / HTTP/1.1~Host: a~Content-Length: 3, 3~~abc                         | 400
        a signed length               | POST / HTTP/1.1~Host: a~Content-Length: +3~~abc                           | 400
        a negative length             | POST / HTTP/1.1~Host: a~Content-Length: -3~~abc                           | 400
        a hexadecimal length          | POST / HTTP/1.1~Host: a~Content-Length: 0x3~~abc                          | 400
        an empty length               | POST / HTTP/1.1~Host: a~Content-Length:~~abc                              | 400
        a length past all numbers     | POST / HTTP/1.1~Host: a~Content-Length: 99999999999999999999~~abc         | 400
        a coding before chunked       | POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~0~~             | 400
        a coding after chunked        | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, identity~~0~~         | 400
        chunked twice                 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~ | 400
        a look-alike of chunked       | POST / HTTP/1.1~Host: a~Transfer-Encoding: xchunked~~0~~                  | 400
        chunked in quotes             | POST / HTTP/1.1~Host: a~Transfer-Encoding: "chunked"~~0~~                 | 400
        chunked in HTTP/1.0           | POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked~~0~~                   | 400
        white space before the colon  | POST / HTTP/1.1~Host: a~Content-Length : 3~~abc                           | 400
        a folded line                 | POST / HTTP/1.1~Host: a~X-A: b~ c~~                                       | 400
        a folded first line           | POST / HTTP/1.1~ Host: a~~                                                | 400
        no host                       | GET / HTTP/1.1~~                                                          | 400
        two hosts                     | GET / HTTP/1.1~Host: a~Host: b~~                                          | 400
        a host with a path            | GET / HTTP/1.1~Host: a/b~~                                                | 400
        no version                    | GET /~Host: a~~                                                           | 400
        another version               | GET / HTTP/2.0~Host: a~~                                                  | 505
        a target that is no path      | GET a HTTP/1.1~Host: a~~                                                  | 400
        a fragment in the target      | GET /a#b HTTP/1.1~Host: a~~                                               | 400
        a chunk size with a sign      | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~+3~abc~0~~            | 400
        a chunk size with 0x          | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0x3~abc~0~~           | 400
        a chunk size in white space   | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~ 3~abc~0~~            | 400
        a chunk size before a blank   | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~3 ~abc~0~~            | 400
        a chunk size past all numbers | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~10000000000000003~abc~0~~ | 400
        a chunk longer than its size  | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~3~abcd~0~~            | 400
        an expectation we do not know | POST / HTTP/1.1~Host: a~Expect: 200-ok~Content-Length: 0~~                | 417
        a request for a trailer       | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0~GET /smuggled HTTP/1.1~Host: a~~ | 400
        a nameless trailer            | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0~: a~~               | 400
        a trailer of no colon         | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0~abc~~               | 400
        an empty coding               | POST / HTTP/1.1~Host: a~Transfer-Encoding:~~0~~                           | 400
        chunked with a parameter      | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked;q=1~~0~~               | 400
        chunked and an empty element  | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked,~~0~~                  | 400
        identity                      | POST / HTTP/1.1~Host: a~Transfer-Encoding: identity~Content-Length: 3~~abc | 400
        white space in a name         | POST / HTTP/1.1~Host: a~Content Length: 3~~abc                            | 400
        a name in brackets            | POST / HTTP/1.1~Host: a~X(Y): 3~~                                         | 400
        a list of versions            | GET / HTTP/1.1, HTTP/1.0~Host: a~~                                        | 400
        an authority for a target     | CONNECT a:443 HTTP/1.1~Host: a~~                                          | 400
        a back-slash in the target    | GET /a\\b HTTP/1.1~Host: a~~                                              | 400
        a host of two                 | GET / HTTP/1.1~Host: a, b~~                                               | 400
        somebody at the host          | GET / HTTP/1.1~Host: u@a~~                                                | 400
        a folded trailer              | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0~ a: b~~             | 400
        """)
    void hostileFramingIsRefusedAndTheConnectionClosed(String story, String request, int status) throws Exception {
        String bytes = request.strip().replace("~", "\r\n");
        for (int piece : new int[] {Integer.MAX_VALUE, 1, 7}) {
            try (RawClient client = new RawClient(listener.port())) {
                client.send(bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", piece);
                String answer = client.readAll();
                assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("onnection: close");
                assertThat(answer).doesNotContain("/smuggled");
            }
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        GET^/ HTTP/1.1~Host: a~~                     | 400 | the request line holds a control character (expected: single spaces)
        GET  / HTTP/1.1~Host: a~~                    | 400 | the request line holds a space too many
        G@T / HTTP/1.1~Host: a~~                     | 400 | the method holds a character that belongs in none
        GET /~Host: a~~                              | 400 | the request line is not a method, a target and a version of HTTP
        GET * HTTP/1.1~Host: a~~                     | 400 | the request target * is for OPTIONS alone
        GET http:///x HTTP/1.1~Host: a~~             | 400 | the request target is a URL without a host
        GET / HTTP/1.1~Host: a~X: y~ z~~             | 400 | a header line is folded
        GET / HTTP/1.1~Host: a~X : y~~               | 400 | white space stands before a header's colon
        GET / HTTP/1.1~Host: a~X(: y~~               | 400 | a header's name is empty, or holds a character that belongs in none
        GET / HTTP/1.1~Host: a~no colon~~            | 400 | a header line has no colon
        GET / HTTP/1.1~Host: a~X: y&z~~              | 400 | a header's value holds a control character
        GET / HTTP/1.1~Content-Length: 1~X: &~~      | 400 | a header's value holds a control character
        GET / HTTP/1.1~Host: a~Content-Length: 3, 3~~ | 400 | Content-Length is not given once, as a number of at most 18 digits
        GET / HTTP/1.1~Host: a~Transfer-Encoding: gzip~~ | 400 | Transfer-Encoding is not exactly chunked
        """)
    void whatIsWrongWithAHeadIsNamedAndNotQuoted(String request, int status, String named) throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send(request.strip().replace("~", "\r\n").replace('^', '\t').replace('&', '\0'));
            assertThat(client.readAll()).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n" + named + "\n");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GET http://a/echo?q HTTP/1.1~Host: b~~  | /echo
        GET HTTPS://a/echo HTTP/1.1~Host: b~~   | /echo
        GET http://a?q HTTP/1.1~Host: b~~       | /
        OPTIONS * HTTP/1.1~Host: b~~            | *
        """)
    void absoluteFormIsReadAsOriginForm(String request, String target) throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send(request.strip().replace("~", "\r\n"), 1);
            assertThat(client.readUntil(" []")).startsWith("HTTP/1.1 200 ").endsWith(" " + target + " []");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u000bHTTP/1.1\r\nHost: a\r\n\r\n",
                "GET\f/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\0\r\nHost: a\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: y\0z\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\0: y\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: nameless\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
            })
    void bareLineEndsAndControlCharactersAreRefused(String request) throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 400 ").doesNotContain("/smuggled");
        }
    }

    @Test
    void aHeadTooLargeIs431AndALineTooLong414() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(5000) + "\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 431 ");
        }
        try (RawClient client = new RawClient(listener.port())) {
            client.send("GET /" + "y".repeat(5000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 414 ");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, 1, 2, 3, 11})
    void pipelinedRequestsAreAnsweredInOrder(int piece) throws Exception {
        String all = "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                + "POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;ext=\"x\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: v\r\n\r\n"
                + "GET /three?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        try (RawClient client = new RawClient(listener.port())) {
            client.send(all, piece);
            String answers = client.readAll();
            assertThat(answers)
                    .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\nPOST /one [hello]"
                            + "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                            + "5\r\nPOST \r\n5\r\n/chun\r\n5\r\nks [a\r\n5\r\nbc012\r\n5\r\n34567\r\n3\r\n89]\r\n"
                            + "0\r\nX-Trailer: done\r\n\r\n"
                            + "HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\nGET /three []");
        }
    }

    @Test
    void requestsWithoutABodyThatIsNeverReadKeepTheirConnection() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nu";
        try (RawClient client = new RawClient(listener.port())) {
            for (int i = 0; i < 3; i++) {
                client.send("GET /unread HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readUntil("\r\n\r\nu")).isEqualTo(answer);
            }
            client.send("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
                    + "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
            assertThat(client.readAll())
                    .isEqualTo(answer
                            + "HTTP/1.1 200 OK\r\ncontent-length: 17\r\nconnection: close\r\n\r\nPOST /one [hello]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"})
    void anAnswerToABodyThatNobodyReadsSaysThatTheConnectionCloses(String body) throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("POST /unread HTTP/1.1\r\nHost: a\r\n" + body + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAll())
                    .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nu");
        }
    }

    @Test
    void anAnswerWithoutContentTellsNoLengthAndKeepsItsConnection() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send(
                    "GET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET /one HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll())
                    .startsWith("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n")
                    .endsWith("GET /one []");
        }
    }

    @Test
    void aListenerThatIsToEndServesWhatComesAndSaysThatTheConnectionDoes() throws Exception {
        HttpListener own = bind(transport);
        try (RawClient kept = new RawClient(own.port());
                RawClient busy = new RawClient(own.port())) {
            kept.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(kept.readUntil("]")).doesNotContain("onnection: close");
            busy.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
            Awaitility.await().until(() -> own.openExchanges() > 0);
            own.announceEnd();
            assertThat(busy.readAll()).contains("onnection: close").endsWith("GET /late []");
            kept.send("GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(kept.readAll()).contains("onnection: close").endsWith("GET /two []");
            try (RawClient fresh = new RawClient(own.port())) {
                fresh.send("GET /three HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(fresh.readAll()).contains("onnection: close").endsWith("GET /three []");
            }
        } finally {
            own.close();
        }
    }

    @Test
    void drainingResetsNobody() throws Exception {
        HttpListener own = bind(transport);
        try (RawClient idle = new RawClient(own.port());
                RawClient silent = new RawClient(own.port());
                RawClient amid = new RawClient(own.port())) {
            idle.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n");
            idle.readUntil("]");
            amid.send("GET /slowly HTTP/1.1\r\nHo");
            Thread.sleep(100);
            var drained = own.drain(Duration.ofSeconds(5)).toCompletableFuture();
            idle.send("GET /crosses HTTP/1.1\r\nHost: a\r\n\r\n");
            amid.send("st: a\r\n\r\n");
            silent.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
            // whether it still came in time or not: an end, not a reset
            assertThat(idle.readAll()).doesNotContain("HTTP/1.1 4");
            assertThat(amid.readAll()).contains("onnection: close").endsWith("GET /slowly []");
            assertThat(silent.readAll()).contains("onnection: close").endsWith("GET /first []");
            drained.get(5, TimeUnit.SECONDS);
        } finally {
            own.close();
        }
    }

    @Test
    void aClientThatWaitsIsToldToContinue() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("POST /c HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("hi");
            assertThat(client.readUntil("]")).endsWith("POST /c [hi]");
        }
    }

    @Test
    void anHttp10ClientGetsABodyThatEndsWithTheConnection() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("GET /chunks HTTP/1.0\r\n\r\n");
            assertThat(client.readAll()).isEqualTo("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nGET /chunks []");
        }
    }

    @Test
    void aBodyThatDoesNotArriveIs408() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
            assertThat(client.readAll()).startsWith("HTTP/1.1 408 ");
        }
        try (RawClient client = new RawClient(listener.port())) {
            client.send("POST / HTT");
            assertThat(client.readAll()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void whatAClientSendsAheadIsNotTakenWithoutEnd() throws Exception {
        ByteBuffer ahead = ByteBuffer.wrap(new byte[64 * 1024 * 1024]);
        try (HttpListener own = bind(transport);
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), own.port()))) {
            client.write(ByteBuffer.wrap("GET /never HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            Awaitility.await().until(() -> own.openExchanges() > 0);
            client.configureBlocking(false);
            Awaitility.await()
                    .during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(8))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        client.write(ahead);
                        return ahead.hasRemaining();
                    });
        }
        // some megabytes are in the sockets' own buffers
        assertThat(ahead.position()).isLessThan(ahead.capacity() / 4);
    }

    @Test
    void aClientThatLeavesWhileItsAnswerIsWithheldIsNoticed() throws Exception {
        int before = ECHO.gone.get();
        RawClient client = new RawClient(listener.port());
        client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\nGET /more HTTP/1.1\r\n");
        Awaitility.await().until(() -> listener.openExchanges() > 0);
        client.close();
        Awaitility.await().until(() -> ECHO.gone.get() == before + 1);
        assertThat(listener.openExchanges()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/never", "/endless"})
    @SuppressWarnings("try") // the client leaves before the test ends
    void aClientThatSendsFarAheadAndLeavesIsNoticed(String path) throws Exception {
        int before = ECHO.gone.get();
        try (HttpListener own = bind(transport);
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), own.port()))) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
            client.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            Awaitility.await().until(() -> own.openExchanges() > 0);
            client.configureBlocking(false);
            ByteBuffer ahead = ByteBuffer.wrap(new byte[8 * 1024 * 1024]);
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> {
                client.write(ahead);
                return ahead.position() > 1024 * 1024;
            });
            client.close();
            Awaitility.await().atMost(Duration.ofSeconds(4)).until(() -> ECHO.gone.get() == before + 1);
            assertThat(own.openExchanges()).isZero();
        }
    }

    @Test
    void aClientThatSendsTooFarAheadGetsItsAnswerAndNoOther() throws Exception {
        try (RawClient client = new RawClient(listener.port())) {
            client.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
            client.send("GET /ahead HTTP/1.1\r\nHost: a\r\n\r\n".repeat(6_000));
            assertThat(client.readAll())
                    .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\nGET /late []");
        }
    }
}
