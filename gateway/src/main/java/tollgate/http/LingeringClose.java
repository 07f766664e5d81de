package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that what was written last arrives. Closed over bytes that nobody read, a socket resets its
 * connection, and the reset takes with it what the client has not read yet: the GOAWAY that says what it did wrong. So
 * our half is closed first, and what the client still sends is read and thrown away for {@value #LINGER_MS} ms, at most
 * {@value #DISCARD_LIMIT} bytes of it.
 *
 * <h2>Threading</h2> Runs on the connection's event loop.
 * <h2>Reference counting</h2> Releases what it throws away, passes on what comes before.
 */
final class LingeringClose extends ChannelDuplexHandler {
    private static final long LINGER_MS = 500;
    private static final int DISCARD_LIMIT = 512 * 1024;

    private boolean lingering;
    private boolean atOnce;
    private int discarded;

    /** From now on a close is one. */
    void atOnce() {
        atOnce = true;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (atOnce || lingering || !(ctx.channel() instanceof SocketChannel socket) || !socket.isActive()) {
            ctx.close(promise);
            return;
        }
        lingering = true;
        socket.config().setAutoRead(true);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (socket.isActive()) {
                socket.shutdownOutput();
            }
        });
        ctx.executor().schedule(() -> ctx.close(promise), LINGER_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!lingering) {
            ctx.fireChannelRead(message);
            return;
        }
        discarded += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (discarded > DISCARD_LIMIT) {
            ctx.close();
        }
    }
}
