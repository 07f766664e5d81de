package tollgate.http;

import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.Assumptions;

/** Which kinds of sockets can be tested here. */
final class Sockets {
    private Sockets() {}

    /** Skips what needs sockets that this system does not have. */
    static void assumeAvailable(Transport transport) {
        Assumptions.assumeTrue(
                transport != Transport.EPOLL || Epoll.isAvailable(), () -> "no epoll: " + Epoll.unavailabilityCause());
    }
}
