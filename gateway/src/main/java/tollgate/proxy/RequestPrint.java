package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import tollgate.http.RequestHead;
import tollgate.wallet.IdempotencyMark;

/** Tells a request from any other by its method, target and body. Confined to the connection's event loop. */
final class RequestPrint {
    private final MessageDigest digest = IdempotencyMark.sha256();

    RequestPrint(RequestHead head) {
        digest.update((head.method().name() + ' ' + head.path() + '?' + head.query() + '\n')
                .getBytes(StandardCharsets.UTF_8));
    }

    /** The next bytes of the body, which stay the caller's. */
    void add(ByteBuf slice) {
        for (ByteBuffer part : slice.nioBuffers()) {
            digest.update(part);
        }
    }

    /** The print; nothing is added any more. */
    String end() {
        return IdempotencyMark.hash(digest.digest());
    }
}
