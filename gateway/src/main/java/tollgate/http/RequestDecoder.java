package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's parser for request heads; bodies are framed by {@link BodyFraming} and go on as plain slices.
 *
 * <p>Bytes stay here undecoded while the connection does not want them: a body nobody reads yet, or a pipelined request
 * whose turn has not come. Runs on the connection's event loop.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private final Http1Connection connection;
    private @Nullable BodyFraming body;
    private boolean insideHead;
    private boolean decoding;

    RequestDecoder(Http1Connection connection, int headerBytes) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(headerBytes)
                .setMaxHeaderSize(headerBytes)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true));
        this.connection = connection;
    }

    /** The body that follows the head just delivered. */
    void expect(BodyFraming framing) {
        body = framing;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        BodyFraming framing = body;
        if (framing != null) {
            decodeBody(framing, in);
        } else if (connection.wantsHead()) {
            decodeHead(ctx, in, out);
        } else if (connection.discards() || connection.drops(in.readableBytes())) {
            in.skipBytes(in.readableBytes());
        }
    }

    private void decodeHead(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        connection.headBytesSeen();
        boolean inside = insideHead;
        try {
            insideHead = inside || RequestLine.checked(in);
            if (FoldedLine.in(in, inside)) {
                throw new FramingException("a header line is folded");
            }
        } catch (FramingException broken) {
            in.skipBytes(in.readableBytes());
            connection.headBroken(broken);
            return;
        }
        int before = out.size();
        int from = in.readerIndex();
        super.decode(ctx, in, out);
        keepHeadOnly(out, before);
        if (out.size() > before) {
            insideHead = false;
            if (out.get(before) instanceof HttpRequest request && isUnnamed(request.decoderResult())) {
                String complaint = HeadComplaint.of(in, from, in.writerIndex(), inside);
                request.setDecoderResult(DecoderResult.failure(new FramingException(complaint)));
            }
        }
    }

    /** Refused for something that tells the client nothing yet. */
    private static boolean isUnnamed(DecoderResult result) {
        return result.isFailure()
                && !(result.cause() instanceof FramingException)
                && !(result.cause() instanceof TooLongFrameException);
    }

    private static void keepHeadOnly(List<Object> out, int before) {
        for (int i = out.size() - 1; i >= before; i--) {
            if (!(out.get(i) instanceof HttpRequest)) {
                out.remove(i);
            }
        }
    }

    private void decodeBody(BodyFraming framing, ByteBuf in) {
        if (!connection.wantsBody()) {
            connection.bodyWaits(in.readableBytes());
            return;
        }
        try {
            for (ByteBuf slice; connection.wantsBody() && (slice = framing.next(in)) != null; ) {
                connection.body(slice);
            }
        } catch (FramingException broken) {
            in.skipBytes(in.readableBytes());
            body = null;
            connection.bodyBroken(broken);
            return;
        }
        if (framing.complete()) {
            body = null;
            reset();
            connection.bodyEnd();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        decoding = true;
        try {
            super.channelRead(ctx, message);
        } finally {
            decoding = false;
        }
    }

    /** Looks again at bytes that were left undecoded; harmless while decoding goes on anyway. */
    void decodeAgain(ChannelHandlerContext ctx) throws Exception {
        if (!decoding) {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
        }
    }

    /** Ends a body that has no bytes at all, for which {@link #decode} is never called. */
    void endEmptyBody() {
        BodyFraming framing = body;
        if (framing != null && framing.complete()) {
            body = null;
            reset();
            connection.bodyEnd();
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
