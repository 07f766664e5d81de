package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on a stream of an HTTP/2 connection; the only handler of the stream's channel.
 *
 * <h2>Threading</h2> Runs on the connection's event loop.
 * <h2>Flow control</h2> The request's window opens as its body is read, the answer's pieces wait for the client's.
 * <h2>Errors</h2> A malformed head resets its stream (RFC 9113 §8.1.1); the connection goes on.
 */
final class Http2Exchange extends ChannelInboundHandlerAdapter implements ServerExchange {
    private static final long CALL_OFF_MS = 250;

    private final Http2Connection connection;
    private @Nullable ChannelHandlerContext context;
    private @Nullable RequestHead head;
    private @Nullable RequestReceiver receiver;
    private @Nullable ByteBuf last;
    private boolean bodyWanted;
    private boolean bodyComplete;
    private boolean endSeen;
    private boolean headSent;
    private boolean bodiless;
    private boolean over;
    private long bodySince;
    private long blockedSince;
    private long blockedBytes;

    Http2Exchange(Http2Connection connection) {
        this.connection = connection;
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case Http2HeadersFrame headers when head == null -> headCame(headers);
            // trailers of a request end its body; we have no use for them
            case Http2HeadersFrame trailers -> bodyCame(Unpooled.EMPTY_BUFFER, trailers.isEndStream());
            case Http2DataFrame data -> {
                ByteBuf slice = data.content().retain();
                boolean end = data.isEndStream();
                data.release();
                bodyCame(slice, end);
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    private void headCame(Http2HeadersFrame frame) {
        connection.began(this);
        RequestHead read;
        try {
            read = Http2Heads.request(frame.headers(), frame.isEndStream());
        } catch (FramingException malformed) {
            over = true;
            reset(Http2Error.PROTOCOL_ERROR);
            connection.ended(this);
            return;
        }
        head = read;
        endSeen = frame.isEndStream();
        context().channel().config().setAutoRead(false);
        receiver = connection.acceptor().accept(this);
        if (bodyWanted) {
            deliver();
        }
    }

    private void bodyCame(ByteBuf slice, boolean end) {
        endSeen |= end;
        RequestReceiver to = receiver;
        if (over || to == null) {
            slice.release();
            return;
        }
        if (slice.isReadable()) {
            to.onBody(slice);
        } else {
            slice.release();
        }
        if (end) {
            bodyEnd();
        }
    }

    private void bodyEnd() {
        if (!bodyComplete && !over) {
            bodyComplete = true;
            // from now on reading only tells whether the client is there
            context().channel().config().setAutoRead(true);
            Objects.requireNonNull(receiver).onBodyEnd();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone(GoneReason.LEFT);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        RequestReceiver to = receiver;
        if (to != null && !over && writable()) {
            to.onWritable();
        }
    }

    private void gone(GoneReason reason) {
        if (over) {
            return;
        }
        over = true;
        dropLast();
        connection.ended(this);
        RequestReceiver to = receiver;
        if (to != null) {
            to.onGone(reason);
        }
    }

    void sweep(long now) {
        if (!over
                && bodyWanted
                && !bodyComplete
                && now - bodySince > connection.settings().bodyRead().toNanos()) {
            gone(GoneReason.BAD_BODY);
            reset(Http2Error.CANCEL);
        } else if (stalled(now)) {
            gone(GoneReason.STALLED);
            reset(Http2Error.CANCEL);
        }
    }

    /** Of an answer whose end was written already, the client takes nothing more either. */
    private boolean stalled(long now) {
        long waiting = context().channel().bytesBeforeWritable();
        if ((waiting == 0 && !over) || waiting != blockedBytes) {
            blockedBytes = waiting;
            blockedSince = now;
            return false;
        }
        return now - blockedSince > connection.settings().clientStall().toNanos();
    }

    private void reset(Http2Error error) {
        context().writeAndFlush(new DefaultHttp2ResetFrame(error));
    }

    @Override
    public EventLoop loop() {
        return context().channel().eventLoop();
    }

    @Override
    public ByteBufAllocator alloc() {
        return context().alloc();
    }

    @Override
    public SocketAddress remote() {
        return context().channel().parent().remoteAddress();
    }

    @Override
    public RequestHead head() {
        return Objects.requireNonNull(head);
    }

    @Override
    public void sendContinue() {
        if (head().expectsContinue() && !headSent && !over) {
            Http2Headers interim = new DefaultHttp2Headers(false).status("100");
            context().writeAndFlush(new DefaultHttp2HeadersFrame(interim, false));
        }
    }

    @Override
    public void readBody() {
        if (!bodyWanted && !over) {
            bodyWanted = true;
            bodySince = System.nanoTime();
            if (receiver != null) {
                deliver();
            }
        }
    }

    private void deliver() {
        if (endSeen) {
            bodyEnd();
        } else {
            context().channel().config().setAutoRead(true);
        }
    }

    @Override
    public void sendHead(int status, HttpHeaders headers, long contentLength) {
        if (over || headSent) {
            return;
        }
        headSent = true;
        bodiless = head().method().equals(HttpMethod.HEAD) || status == 204 || status == 304;
        writeFrame(new DefaultHttp2HeadersFrame(Http2Heads.answer(status, headers, contentLength), false));
    }

    @Override
    public void write(ByteBuf bytes) {
        if (over || bodiless || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        ByteBuf before = last;
        last = bytes;
        if (before != null) {
            writeFrame(new DefaultHttp2DataFrame(before, false));
        }
    }

    @Override
    public void flush() {
        if (over) {
            return;
        }
        ByteBuf bytes = last;
        if (bytes != null) {
            last = null;
            writeFrame(new DefaultHttp2DataFrame(bytes, false));
        }
        context().flush();
    }

    @Override
    public void end(@Nullable HttpHeaders trailers) {
        if (over) {
            return;
        }
        over = true;
        Http2Headers fields = bodiless ? null : Http2Heads.trailers(trailers);
        ByteBuf bytes = last;
        last = null;
        ChannelFuture end;
        if (fields != null) {
            if (bytes != null) {
                writeFrame(new DefaultHttp2DataFrame(bytes, false));
            }
            end = writeFrame(new DefaultHttp2HeadersFrame(fields, true));
        } else {
            end = writeFrame(new DefaultHttp2DataFrame(bytes == null ? Unpooled.EMPTY_BUFFER : bytes, true));
        }
        blockedSince = System.nanoTime();
        end.addListener(written -> {
            if (!endSeen && written.isSuccess()) {
                loop().schedule(this::callOff, CALL_OFF_MS, TimeUnit.MILLISECONDS);
            }
            connection.ended(this);
        });
        context().flush();
    }

    /**
     * The rest of the request is not wanted (RFC 9113 §8.1). Said in one flush with the answer it would overtake its body,
     * and right behind it curl 7.88 forgets what it has got.
     */
    private void callOff() {
        if (!endSeen && context().channel().isActive()) {
            reset(Http2Error.NO_ERROR);
        }
    }

    @Override
    public void abort() {
        if (!over) {
            over = true;
            dropLast();
            reset(Http2Error.INTERNAL_ERROR);
            connection.ended(this);
        }
    }

    private void dropLast() {
        ByteBuf bytes = last;
        if (bytes != null) {
            last = null;
            bytes.release();
        }
    }

    private ChannelFuture writeFrame(Http2Frame frame) {
        return context().write(frame);
    }

    @Override
    public boolean writable() {
        // a closed stream's channel goes on saying that it is writable
        return context().channel().isActive() && context().channel().isWritable();
    }
}
