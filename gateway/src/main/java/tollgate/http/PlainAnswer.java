package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** The answer to bytes that are no request: in no dialect, since none was recognised. */
final class PlainAnswer {
    private PlainAnswer() {}

    /** Writes and flushes it; the caller closes the connection. */
    static void write(ChannelHandlerContext ctx, int status, String message) {
        byte[] body = (message + "\n").getBytes(StandardCharsets.UTF_8);
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ByteBuf out = ctx.alloc().ioBuffer(256);
        HeadWriter.answer(out, status, headers);
        out.writeBytes(body);
        ctx.writeAndFlush(out, ctx.voidPromise());
    }
}
