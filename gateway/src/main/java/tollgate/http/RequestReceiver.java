package tollgate.http;

import io.netty.buffer.ByteBuf;

/** Who deals with one request. Called on the loop of the exchange only. */
public interface RequestReceiver {
    /** The next bytes of the body, after {@link ServerExchange#readBody()}; the receiver releases them. */
    void onBody(ByteBuf slice);

    /** The body is complete. */
    void onBodyEnd();

    /** The client is gone; at most once, and never after the end of the answer was written. */
    void onGone(GoneReason reason);

    /** {@link ServerExchange#writable()} became true again. */
    void onWritable();
}
