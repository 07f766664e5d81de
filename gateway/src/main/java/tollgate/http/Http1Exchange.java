package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on an HTTP/1.1 connection.
 *
 * <h2>Framing</h2> What is written between two flushes becomes one chunk. Small chunks are copied together with their
 * framing into one buffer, large ones go out as the slices they are.
 * <h2>Threading</h2> Runs on the connection's event loop.
 */
final class Http1Exchange implements ServerExchange {
    private static final int COPY_LIMIT = 4 * 1024;
    private static final AsciiString CONTINUE = AsciiString.cached("HTTP/1.1 100 Continue\r\n\r\n");

    private final Http1Connection connection;
    private final RequestHead head;
    private final ArrayDeque<ByteBuf> batch = new ArrayDeque<>();
    private @Nullable RequestReceiver receiver;
    private @Nullable ByteBuf framing;
    private int batchBytes;
    private boolean keepAlive;
    private boolean bodyWanted;
    private boolean bodyComplete;
    private long bodySince;
    private boolean headSent;
    private boolean chunked;
    private boolean bodiless;
    private boolean over;

    /** @param bodyComplete the request has no body that could be waited for */
    Http1Exchange(Http1Connection connection, RequestHead head, boolean keepAlive, boolean bodyComplete) {
        this.connection = connection;
        this.head = head;
        this.keepAlive = keepAlive;
        this.bodyComplete = bodyComplete;
    }

    /** Sets who deals with it; only now a body that is wanted already begins to be delivered. */
    void receivedBy(RequestReceiver receiver) {
        this.receiver = receiver;
        if (bodyWanted && !over) {
            connection.decodeBody();
        }
    }

    boolean wantsBody() {
        return bodyWanted && receiver != null;
    }

    void body(ByteBuf slice) {
        RequestReceiver to = receiver;
        if (to == null || over) {
            slice.release();
        } else {
            to.onBody(slice);
        }
    }

    void bodyEnd() {
        bodyComplete = true;
        RequestReceiver to = receiver;
        if (to != null && !over) {
            to.onBodyEnd();
        }
    }

    void bodyBroken(FramingException broken) {
        if (over) {
            connection.linger();
            return;
        }
        keepAlive = false;
        boolean unanswered = !headSent;
        over = true;
        discard();
        tellGone(GoneReason.BAD_BODY);
        if (unanswered) {
            PlainAnswer.write(connection.context(), broken.status(), String.valueOf(broken.getMessage()));
            connection.exchangeEnded(this, false);
        } else {
            connection.cut();
        }
    }

    void gone(GoneReason reason) {
        if (!over) {
            over = true;
            discard();
            tellGone(reason);
        }
    }

    private void tellGone(GoneReason reason) {
        RequestReceiver to = receiver;
        if (to != null) {
            to.onGone(reason);
        }
    }

    void becameWritable() {
        RequestReceiver to = receiver;
        if (to != null && !over) {
            to.onWritable();
        }
    }

    void closeAfterwards() {
        keepAlive = false;
    }

    void sweep(long now, long bodyNanos) {
        if (bodyWanted && !bodyComplete && now - bodySince > bodyNanos) {
            bodyBroken(new FramingException(408, "the request's body did not arrive in time"));
        }
    }

    @Override
    public EventLoop loop() {
        return connection.context().channel().eventLoop();
    }

    @Override
    public ByteBufAllocator alloc() {
        return connection.context().alloc();
    }

    @Override
    public SocketAddress remote() {
        return connection.context().channel().remoteAddress();
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public void sendContinue() {
        if (head.expectsContinue() && !headSent && !over) {
            ChannelHandlerContext ctx = connection.context();
            ctx.writeAndFlush(ctx.alloc().ioBuffer(CONTINUE.length()).writeBytes(CONTINUE.array()), ctx.voidPromise());
        }
    }

    @Override
    public void readBody() {
        if (!bodyWanted && !over) {
            bodyWanted = true;
            bodySince = System.nanoTime();
            if (receiver != null) {
                connection.decodeBody();
            }
        }
    }

    @Override
    public void sendHead(int status, HttpHeaders headers, long contentLength) {
        if (over || headSent) {
            return;
        }
        headSent = true;
        // behind a body that was not read nothing can be told apart: the connection ends, and the client must know
        keepAlive &= bodyComplete && !connection.leaving();
        bodiless = head.method().equals(HttpMethod.HEAD) || status == 204 || status == 304;
        frame(status, headers, contentLength);
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (head.protocol() == Protocol.HTTP_1_0) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        HeadWriter.answer(framing(512), status, headers);
    }

    private void frame(int status, HttpHeaders headers, long contentLength) {
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        if (status == 204) {
            // it has none to tell (RFC 9110 §8.6)
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
            return;
        }
        if (contentLength >= 0) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, contentLength);
            return;
        }
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        if (head.protocol() == Protocol.HTTP_1_1) {
            chunked = !bodiless;
            if (chunked) {
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
        } else {
            keepAlive &= bodiless;
        }
    }

    @Override
    public void write(ByteBuf bytes) {
        if (over || bodiless || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        batch.add(bytes);
        batchBytes += bytes.readableBytes();
    }

    @Override
    public void flush() {
        if (over) {
            return;
        }
        frameBatch();
        send();
    }

    @Override
    public void end(@Nullable HttpHeaders trailers) {
        if (over) {
            return;
        }
        frameBatch();
        if (chunked) {
            ByteBuf out = framing(64);
            out.writeByte('0');
            HeadWriter.endLine(out);
            if (trailers != null) {
                HeadWriter.fields(out, trailers);
            }
            HeadWriter.endLine(out);
        }
        over = true;
        send();
        connection.exchangeEnded(this, keepAlive);
    }

    @Override
    public void abort() {
        if (!over) {
            over = true;
            discard();
            connection.exchangeEnded(this, false);
            connection.cut();
        }
    }

    @Override
    public boolean writable() {
        return connection.context().channel().isWritable();
    }

    private void frameBatch() {
        if (batchBytes == 0) {
            return;
        }
        boolean copied = batchBytes <= COPY_LIMIT;
        ByteBuf out = framing(copied ? batchBytes + 16 : 16);
        if (chunked) {
            HexLength.write(out, batchBytes);
        }
        if (!copied && out.isReadable()) {
            writeOut(out);
            framing = null;
        }
        for (ByteBuf slice; (slice = batch.poll()) != null; ) {
            if (copied) {
                out.writeBytes(slice);
                slice.release();
            } else {
                connection.context().write(slice, connection.context().voidPromise());
            }
        }
        if (chunked) {
            HeadWriter.endLine(framing(16));
        }
        batchBytes = 0;
    }

    /** The buffer that collects heads and framing until the next send. */
    private ByteBuf framing(int room) {
        ByteBuf out = framing;
        if (out == null) {
            out = connection.context().alloc().ioBuffer(Math.max(room, 64));
            framing = out;
        }
        return out;
    }

    private void send() {
        ByteBuf out = framing;
        framing = null;
        if (out != null) {
            writeOut(out);
        }
        connection.context().flush();
    }

    private void writeOut(ByteBuf out) {
        ChannelHandlerContext ctx = connection.context();
        if (out.isReadable()) {
            ctx.write(out, connection.context().voidPromise());
        } else {
            out.release();
        }
    }

    private void discard() {
        for (ByteBuf slice; (slice = batch.poll()) != null; ) {
            slice.release();
        }
        batchBytes = 0;
        ByteBuf out = framing;
        if (out != null) {
            framing = null;
            out.release();
        }
    }
}
