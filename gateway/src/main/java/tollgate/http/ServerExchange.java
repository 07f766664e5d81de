package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One request and the answer to it, on either version of HTTP.
 *
 * <h2>Threading</h2> Confined to {@link #loop()}.
 * <h2>Lifecycle</h2> head, body (only after {@link #readBody()}), then one answer: {@link #sendHead}, any number of
 * {@link #write} and {@link #flush}, then {@link #end} or {@link #abort}. After the client is gone, writes are released
 * and ignored.
 * <h2>Reference counting</h2> {@link #write} and {@link #simple} take ownership of their bytes.
 */
public interface ServerExchange {
    /** The event loop of the connection. */
    EventLoop loop();

    /** Where buffers of this connection come from. */
    ByteBufAllocator alloc();

    /** The client's address. */
    SocketAddress remote();

    /** The request's head. */
    RequestHead head();

    /** Tells a client that waits for it to send its body; ignored where none waits. */
    void sendContinue();

    /** Lets the body be delivered from now on. */
    void readBody();

    /**
     * Writes the answer's head, without flushing.
     *
     * @param status a final status
     * @param headers fields without framing; they are kept and added to
     * @param contentLength bytes of the body; -1 frames the body by what the protocol offers
     */
    void sendHead(int status, HttpHeaders headers, long contentLength);

    /** Adds to the body, without flushing. */
    void write(ByteBuf bytes);

    /** Sends what was written. */
    void flush();

    /** Ends the body and flushes; trailers are left out where the protocol has none. */
    void end(@Nullable HttpHeaders trailers);

    /** Sends head, body and end in one flush. */
    default void simple(int status, HttpHeaders headers, ByteBuf body) {
        sendHead(status, headers, body.readableBytes());
        write(body);
        end(null);
    }

    /** Cuts the answer so that the client cannot take it for complete. */
    void abort();

    /** Whether the client's side takes more bytes without letting them pile up. */
    boolean writable();
}
