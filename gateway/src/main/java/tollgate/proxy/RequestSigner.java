package tollgate.proxy;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.Consumer;
import tollgate.http.UpstreamRequest;

/**
 * Shows an upstream who asks by signing each request: its path, some of its fields and its body, as they are sent. Thread-safe.
 */
public interface RequestSigner {
    /**
     * Adds a signature, and what it needs, to a request's fields, at once or later; the body stays as it is, and the caller's.
     *
     * @param loop where this and the others are called
     * @param then is called when the request may be sent
     * @param failed is called instead, with the reason, where it cannot be signed
     */
    void sign(UpstreamRequest request, EventLoop loop, Runnable then, Consumer<String> failed);

    /** An answer to a signed request began: what it says of the time there counts for the next one. */
    void answered(int status, HttpHeaders headers);
}
