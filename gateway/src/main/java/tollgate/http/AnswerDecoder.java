package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's parser for the heads of answers; bodies are framed by {@link BodyFraming} and go on as plain slices.
 *
 * <p>Runs on the connection's event loop.
 */
final class AnswerDecoder extends HttpResponseDecoder {
    private static final int HEAD_BYTES = 64 * 1024;

    private final UpstreamConnection connection;
    private @Nullable BodyFraming body;
    private boolean insideHead;

    AnswerDecoder(UpstreamConnection connection) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(HEAD_BYTES)
                .setMaxHeaderSize(HEAD_BYTES)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true));
        this.connection = connection;
    }

    /** The body that follows the head just delivered; null where another head follows (an interim answer). */
    void expect(@Nullable BodyFraming framing) {
        body = framing;
        if (framing == null) {
            reset();
        }
    }

    /** Whether the end of the connection would complete the body under way. */
    boolean endsWithConnection() {
        BodyFraming framing = body;
        return framing != null && framing.endsWithConnection();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        BodyFraming framing = body;
        if (framing != null) {
            decodeBody(framing, in);
        } else if (connection.wantsHead()) {
            decodeHead(ctx, in, out);
        } else {
            in.skipBytes(in.readableBytes());
            connection.unasked();
        }
    }

    private void decodeHead(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (FoldedLine.in(in, insideHead)) {
            in.skipBytes(in.readableBytes());
            connection.malformed("a header line is folded");
            return;
        }
        int before = out.size();
        super.decode(ctx, in, out);
        keepHeadOnly(out, before);
        insideHead = out.size() == before;
    }

    private static void keepHeadOnly(List<Object> out, int before) {
        for (int i = out.size() - 1; i >= before; i--) {
            if (!(out.get(i) instanceof HttpResponse)) {
                out.remove(i);
            }
        }
    }

    private void decodeBody(BodyFraming framing, ByteBuf in) {
        try {
            for (ByteBuf slice; (slice = framing.next(in)) != null; ) {
                connection.body(slice);
            }
        } catch (FramingException broken) {
            in.skipBytes(in.readableBytes());
            body = null;
            connection.malformed(String.valueOf(broken.getMessage()));
            return;
        }
        endIfComplete(framing);
    }

    /** Ends a body that has no bytes at all, for which {@link #decode} is never called. */
    void endEmptyBody() {
        BodyFraming framing = body;
        if (framing != null) {
            endIfComplete(framing);
        }
    }

    private void endIfComplete(BodyFraming framing) {
        if (framing.complete()) {
            body = null;
            reset();
            connection.answerEnd();
        }
    }

    /** Netty's decoder would read on where nothing was passed on, even where reading has been stopped. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        // The connection learns of the end by channelInactive; half a head is nothing.
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new FramingException("both Content-Length and Transfer-Encoding are given");
    }
}
