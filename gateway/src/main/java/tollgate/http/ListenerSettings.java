package tollgate.http;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How a listener behaves.
 *
 * @param address where to listen; port 0 picks a free one
 * @param headerBytes largest request head
 * @param headerRead a head must be complete within so long after its first byte
 * @param bodyRead a body must be complete within so long after its reading began
 * @param clientStall a client that takes none of the waiting bytes for so long is gone
 * @param keepAlive an idle connection is closed after so long
 */
public record ListenerSettings(
        InetSocketAddress address,
        int headerBytes,
        Duration headerRead,
        Duration bodyRead,
        Duration clientStall,
        Duration keepAlive) {
    /** Settings with the usual patience for heads (30 s) and idle connections (120 s). */
    public ListenerSettings(InetSocketAddress address, int headerBytes, Duration bodyRead, Duration clientStall) {
        this(address, headerBytes, Duration.ofSeconds(30), bodyRead, clientStall, Duration.ofSeconds(120));
    }
}
