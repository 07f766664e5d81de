package tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener asked over HTTP/2 with prior knowledge, on real sockets. */
@ParameterizedClass
@EnumSource(Transport.class)
@SuppressWarnings("NullAway.Init") // made before every test
class Http2ListenerTest {
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicReference<@Nullable GoneReason> gone = new AtomicReference<>();
    private final AtomicReference<@Nullable ServerExchange> streaming = new AtomicReference<>();
    private final Queue<Integer> lastStreams = new ConcurrentLinkedQueue<>();
    private final Transport transport;
    private EventLoopGroup loops;
    private HttpListener listener;
    private Channel client;

    Http2ListenerTest(Transport transport) {
        Sockets.assumeAvailable(transport);
        this.transport = transport;
    }

    @BeforeEach
    void start() {
        loops = transport.loops(2, "test");
        listener = HttpListener.bind(
                new ListenerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        16 * 1024,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2)),
                transport,
                loops,
                loops,
                this::accept);
        client = new Bootstrap()
                .group(loops)
                .channelFactory(transport::channel)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient()
                                                .validateHeaders(false)
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                        new Farewells());
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), listener.port())
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void stop() {
        client.close().syncUninterruptibly();
        listener.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void a_body_is_echoed_with_its_length_and_trailers_after_it() {
        Answer answer = ask(request("/echo"), "hello");
        await().until(answer::ended);
        assertThat(answer.heads.element().status()).hasToString("200");
        assertThat(answer.heads.element().get("x-protocol")).hasToString("HTTP_2");
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.heads)
                .last()
                .satisfies(trailers -> assertThat(trailers.get("x-cost")).hasToString("1"));
    }

    @Test
    void a_hundred_streams_run_at_once_on_one_connection() {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(ask(request("/echo"), "body " + i));
        }
        await().until(() -> answers.stream().allMatch(Answer::ended));
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).text()).isEqualTo("body " + i);
        }
        await().until(() -> listener.openExchanges() == 0);
    }

    @Test
    void a_client_that_resets_its_stream_is_gone_and_the_connection_goes_on() {
        Answer answer = ask(request("/forever"), "");
        await().until(() -> answer.text().contains("tick"));
        answer.channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        await().until(() -> gone.get() == GoneReason.LEFT);
        Answer next = ask(request("/echo"), "still here");
        await().until(next::ended);
        assertThat(next.text()).isEqualTo("still here");
    }

    @Test
    void a_client_that_closes_its_connection_is_gone_from_all_streams() {
        Answer answer = ask(request("/forever"), "");
        await().until(() -> answer.text().contains("tick"));
        client.close();
        await().until(() -> gone.get() == GoneReason.LEFT);
        await().until(() -> listener.openExchanges() == 0);
    }

    @Test
    void a_client_that_takes_nothing_holds_the_writer_back_and_is_stalled_in_the_end() {
        Answer answer = ask(request("/fill"), "");
        answer.channel.config().setAutoRead(false);
        await().until(() -> streaming.get() != null
                && !Objects.requireNonNull(streaming.get()).writable());
        await().atMost(Duration.ofSeconds(6)).until(() -> gone.get() == GoneReason.STALLED);
        // what waits in the client's stream is released by being read
        answer.channel.config().setAutoRead(true);
        await().until(answer::closed);
    }

    @Test
    void an_aborted_answer_is_a_reset_that_nobody_takes_for_an_end() {
        Answer answer = ask(request("/abort"), "");
        await().until(() -> answer.reset.get() != null);
        assertThat(answer.reset.get()).isEqualTo(Http2Error.INTERNAL_ERROR.code());
    }

    @Test
    void a_body_that_does_not_come_is_given_up() {
        ask(request("/echo"), null);
        await().atMost(Duration.ofSeconds(5)).until(() -> gone.get() == GoneReason.BAD_BODY);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a connection-specific field, connection, close",
        "a transfer coding,           transfer-encoding, chunked",
        "a te other than trailers,    te, gzip",
        "an upper-case name,          X-Upper, 1",
        "an unknown pseudo field,     :weird, 1",
        "a second path,               :path, /other",
        "another host,                host, elsewhere",
        "an answer's pseudo field,    :status, 200",
        "a second method,             :method, GET",
        "a second scheme,             :scheme, https",
        "a second authority,          :authority, t",
        "an upgrade,                  upgrade, h2c",
        "a keep-alive,                keep-alive, 5",
        "a name in white space,       'x y', 1",
        "a line end in a value,       x, 'a\r\nb'",
        "two hosts,                   host, 'a, b'",
        "two lengths,                 content-length, '5, 6'",
        "a length that is no number,  content-length, -1",
    })
    void a_malformed_head_resets_its_stream_and_reaches_nobody(String story, String name, String value) {
        Http2Headers headers = request("/echo");
        headers.add(name, value);
        Answer answer = ask(headers, "hello");
        await().until(() -> answer.reset.get() != null || answer.closed());
        assertThat(accepted).hasValue(0);
    }

    @Test
    void a_body_longer_or_shorter_than_declared_never_counts_as_complete() {
        Http2Headers headers = request("/echo");
        headers.add("content-length", "3");
        Answer answer = ask(headers, "hello");
        await().until(() -> answer.reset.get() != null || answer.closed());
        assertThat(answer.text()).doesNotContain("hello");
    }

    @Test
    void draining_lets_what_is_open_end_and_closes_the_connection() throws Exception {
        Answer answer = ask(request("/slow"), "");
        await().until(() -> accepted.get() == 1);
        listener.drain(Duration.ofSeconds(5)).toCompletableFuture().get(5, TimeUnit.SECONDS);
        await().untilAsserted(() -> assertThat(answer.text()).isEqualTo("late"));
    }

    @Test
    void an_answer_to_a_request_that_nobody_reads_on_arrives_whole_before_the_rest_is_called_off() {
        Answer answer = ask(request("/early"), null);
        await().until(() -> answer.reset.get() != null);
        assertThat(answer.heads.element().status()).hasToString("413");
        assertThat(answer.text()).isEqualTo("too large");
        assertThat(answer.ended()).isTrue();
        assertThat(answer.reset).hasValue(Http2Error.NO_ERROR.code());
    }

    @Test
    void the_end_is_announced_while_streams_that_are_begun_in_ignorance_of_it_are_served() throws Exception {
        listener.announceEnd();
        await().untilAsserted(() -> assertThat(lastStreams).containsExactly(Integer.MAX_VALUE));
        Answer answer = ask(request("/echo"), "after");
        await().until(answer::ended);
        assertThat(answer.text()).isEqualTo("after");
        assertThat(answer.reset).hasNullValue();
        listener.drain(Duration.ofSeconds(5)).toCompletableFuture().get(5, TimeUnit.SECONDS);
        await().untilAsserted(() -> assertThat(lastStreams)
                .containsExactly(Integer.MAX_VALUE, answer.channel.stream().id()));
    }

    private RequestReceiver accept(ServerExchange exchange) {
        accepted.incrementAndGet();
        if (exchange.head().path().equals("/early")) {
            exchange.simple(413, new DefaultHttpHeaders(), Unpooled.copiedBuffer("too large", StandardCharsets.UTF_8));
            return new Server(exchange);
        }
        exchange.readBody();
        return new Server(exchange);
    }

    /** Answers as its path says. */
    private final class Server implements RequestReceiver {
        private final ServerExchange exchange;
        private final ByteBuf body = Unpooled.buffer();

        Server(ServerExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void onBody(ByteBuf slice) {
            body.writeBytes(slice);
            slice.release();
        }

        @Override
        public void onBodyEnd() {
            HttpHeaders headers = new DefaultHttpHeaders();
            headers.set("X-Protocol", exchange.head().protocol());
            exchange.sendHead(200, headers, -1);
            switch (exchange.head().path()) {
                case "/echo" -> {
                    exchange.write(body);
                    exchange.end(new DefaultHttpHeaders().set("X-Cost", "1"));
                }
                case "/forever" -> tick();
                case "/fill" -> fill();
                case "/abort" -> {
                    exchange.write(Unpooled.copiedBuffer("half", StandardCharsets.UTF_8));
                    exchange.flush();
                    exchange.abort();
                }
                default ->
                    exchange.loop()
                            .schedule(
                                    () -> {
                                        exchange.write(Unpooled.copiedBuffer("late", StandardCharsets.UTF_8));
                                        exchange.end(null);
                                    },
                                    300,
                                    TimeUnit.MILLISECONDS);
            }
        }

        private void tick() {
            if (gone.get() == null) {
                exchange.write(Unpooled.copiedBuffer("tick", StandardCharsets.UTF_8));
                exchange.flush();
                exchange.loop().schedule(this::tick, 20, TimeUnit.MILLISECONDS);
            }
        }

        private void fill() {
            streaming.set(exchange);
            while (exchange.writable()) {
                exchange.write(Unpooled.wrappedBuffer(new byte[8192]));
                exchange.flush();
            }
        }

        @Override
        public void onGone(GoneReason reason) {
            gone.set(reason);
        }

        @Override
        public void onWritable() {
            if (exchange.head().path().equals("/fill")) {
                fill();
            }
        }
    }

    private static Http2Headers request(String path) {
        return new DefaultHttp2Headers(false)
                .method("POST")
                .scheme("http")
                .authority("t")
                .path(path);
    }

    private Answer ask(Http2Headers headers, @Nullable String body) {
        Answer answer = new Answer();
        Http2StreamChannel stream = new Http2StreamChannelBootstrap(client)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(answer);
                    }
                })
                .open()
                .syncUninterruptibly()
                .getNow();
        answer.channel = stream;
        stream.write(new DefaultHttp2HeadersFrame(headers, false));
        if (body != null) {
            stream.write(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8), true));
        }
        stream.flush();
        return answer;
    }

    /** Keeps the last streams that were said to be served. */
    private final class Farewells extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2GoAwayFrame goAway) {
                lastStreams.add(goAway.lastStreamId());
            }
            ReferenceCountUtil.release(message);
        }
    }

    /** What came back on one stream. */
    private static final class Answer extends ChannelInboundHandlerAdapter {
        final Queue<Http2Headers> heads = new ConcurrentLinkedQueue<>();
        final AtomicReference<@Nullable Long> reset = new AtomicReference<>();
        private final Queue<String> texts = new ConcurrentLinkedQueue<>();
        private volatile boolean end;
        private volatile boolean inactive;
        Http2StreamChannel channel;

        boolean ended() {
            return end;
        }

        boolean closed() {
            return inactive;
        }

        String text() {
            return String.join("", texts);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame frame) {
                heads.add(frame.headers());
                end |= frame.isEndStream();
            } else if (message instanceof Http2DataFrame frame) {
                texts.add(frame.content().toString(StandardCharsets.UTF_8));
                end |= frame.isEndStream();
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame frame) {
                reset.set(frame.errorCode());
            }
            ReferenceCountUtil.release(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive = true;
        }
    }
}
