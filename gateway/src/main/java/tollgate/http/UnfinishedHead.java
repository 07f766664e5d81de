package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameTypes;

/**
 * Knows since when a block of fields has been under way on an HTTP/2 connection: no other frame may come before its end (RFC
 * 9113 §6.10), so a client that sends it byte by byte holds the connection and all of its streams. The codec bounds its size
 * but not its time. Looks at the nine bytes before each frame alone.
 *
 * <h2>Threading</h2> Runs on the connection's event loop.
 * <h2>Reference counting</h2> Passes everything on untouched.
 */
final class UnfinishedHead extends ChannelInboundHandlerAdapter {
    private static final int FRAME_HEAD = 9;
    private static final int TYPE = 3;
    private static final int FLAGS = 4;
    private static final int END_HEADERS = 4;

    private final byte[] head = new byte[FRAME_HEAD];
    private int headLength;
    private long skip = Http2CodecUtil.connectionPrefaceBuf().readableBytes();
    private boolean ending;
    private long since;

    /** When the block that is under way began, as {@link System#nanoTime()}; 0 where none is. */
    long since() {
        return since;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            look(bytes);
        }
        ctx.fireChannelRead(message);
    }

    private void look(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (skip > 0) {
                int here = (int) Math.min(skip, end - at);
                skip -= here;
                at += here;
            } else {
                head[headLength++] = bytes.getByte(at++);
                if (headLength == FRAME_HEAD) {
                    headLength = 0;
                    frameBegins();
                }
            }
            if (skip == 0 && ending) {
                ending = false;
                since = 0;
            }
        }
    }

    private void frameBegins() {
        skip = (head[0] & 0xFFL) << 16 | (head[1] & 0xFF) << 8 | (head[2] & 0xFF);
        if (head[TYPE] == Http2FrameTypes.HEADERS && since == 0) {
            since = System.nanoTime();
        }
        boolean fields = head[TYPE] == Http2FrameTypes.HEADERS || head[TYPE] == Http2FrameTypes.CONTINUATION;
        ending = fields && (head[FLAGS] & END_HEADERS) != 0;
    }
}
