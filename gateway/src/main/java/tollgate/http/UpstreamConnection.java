package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an upstream: carries one call at a time.
 *
 * <h2>Threading</h2> Runs on the connection's event loop, which is the exchange's.
 * <h2>Reuse</h2> Only after an answer that was complete, on a connection that stays open, to a request that was sent
 * whole; whatever arrives without being asked for closes it.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private static final int MOST_INTERIM_ANSWERS = 64;

    private final AnswerDecoder decoder = new AnswerDecoder(this);
    private final Http1UpstreamPool pool;
    private final long since = System.nanoTime();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Http1UpstreamCall call;
    private boolean keepAlive;
    private boolean closed;
    private boolean used;
    private int interimAnswers;
    private long idleSince;

    UpstreamConnection(Http1UpstreamPool pool) {
        this.pool = pool;
    }

    AnswerDecoder decoder() {
        return decoder;
    }

    Channel channel() {
        return context().channel();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    boolean usable() {
        return !closed && context().channel().isActive();
    }

    boolean usedBefore() {
        return used;
    }

    /** When it was begun, as {@link System#nanoTime()}. */
    long since() {
        return since;
    }

    long idleSince() {
        return idleSince;
    }

    /** Sends a call's request; its answer goes to the call. */
    void carry(Http1UpstreamCall carried, ByteBuf head, ByteBuf body) {
        call = carried;
        keepAlive = false;
        interimAnswers = 0;
        ChannelHandlerContext ctx = context();
        ChannelPromise sent = ctx.newPromise();
        sent.addListener(done -> {
            if (done.isSuccess()) {
                carried.requestWritten(this);
            }
        });
        if (body.isReadable()) {
            ctx.write(head, ctx.voidPromise());
            ctx.writeAndFlush(body, sent);
        } else {
            body.release();
            ctx.writeAndFlush(head, sent);
        }
    }

    /** The call gave up. */
    void abandon() {
        call = null;
        close();
    }

    void close() {
        closed = true;
        context().close();
    }

    void pauseRead(boolean paused) {
        context().channel().config().setAutoRead(!paused);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpResponse response)) {
            throw new IllegalStateException("unexpected " + message.getClass());
        }
        try {
            head(response);
        } catch (FramingException broken) {
            malformed(String.valueOf(broken.getMessage()));
        }
    }

    private void head(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            malformed("the answer's head is not well formed: "
                    + response.decoderResult().cause().getMessage());
            return;
        }
        int status = response.status().code();
        if (status == 101 || status < 100 || status > 599 || !http1(response.protocolVersion())) {
            malformed("the answer has status " + status + " and version " + response.protocolVersion());
            return;
        }
        if (status < 200) {
            if (++interimAnswers > MOST_INTERIM_ANSWERS) {
                malformed("more than " + MOST_INTERIM_ANSWERS + " interim answers");
            } else {
                decoder.expect(null);
            }
            return;
        }
        HttpHeaders headers = response.headers();
        BodyFraming framing = BodyFraming.ofAnswer(status, response.protocolVersion(), headers);
        keepAlive = HttpUtil.isKeepAlive(response) && !framing.endsWithConnection();
        long length = BodyFraming.contentLength(headers);
        HopByHop.strip(headers);
        decoder.expect(framing);
        Http1UpstreamCall to = call;
        if (to != null) {
            to.head(status, headers, length);
        }
        decoder.endEmptyBody();
    }

    private static boolean http1(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    boolean wantsHead() {
        return call != null;
    }

    void body(ByteBuf slice) {
        Http1UpstreamCall to = call;
        if (to == null) {
            slice.release();
        } else {
            to.body(slice);
        }
    }

    void answerEnd() {
        Http1UpstreamCall to = call;
        call = null;
        used = true;
        boolean reusable = keepAlive && to != null && to.requestSent() && !closed;
        if (reusable) {
            idleSince = System.nanoTime();
            context().channel().config().setAutoRead(true);
            pool.idle(this);
        } else {
            close();
        }
        if (to != null) {
            to.end();
        }
    }

    /** Bytes came that nobody asked for. */
    void unasked() {
        pool.forget(this);
        close();
    }

    void malformed(String detail) {
        fail(new UpstreamFailure(UpstreamFailure.Kind.MALFORMED, detail));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Http1UpstreamCall to = call;
        if (to != null) {
            to.batchEnd();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        pool.forget(this);
        Http1UpstreamCall to = call;
        if (to == null) {
            return;
        }
        if (decoder.endsWithConnection()) {
            call = null;
            to.end();
        } else {
            fail(new UpstreamFailure(UpstreamFailure.Kind.RESET, "the connection was closed before the answer's end"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(new UpstreamFailure(UpstreamFailure.Kind.RESET, String.valueOf(cause.getMessage())));
    }

    private void fail(UpstreamFailure failure) {
        Http1UpstreamCall to = call;
        call = null;
        pool.forget(this);
        close();
        if (to != null) {
            to.failed(failure, used);
        }
    }
}
