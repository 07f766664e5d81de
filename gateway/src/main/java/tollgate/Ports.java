package tollgate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import tollgate.config.TollgateConfig;

/** Finds out whether both ports are to be had before anything is started that takes long to stop again. Stateless. */
final class Ports {
    private Ports() {}

    /**
     * Binds both for a moment.
     *
     * @throws IOException where one cannot be listened on, naming its setting
     */
    static void check(TollgateConfig.Listen listen) throws IOException {
        try (ServerSocket gateway = bound("listen.gateway", listen.gateway());
                ServerSocket admin = bound("listen.admin", listen.admin())) {
            if (gateway.getLocalPort() == admin.getLocalPort()) {
                throw new IOException("listen.admin: port " + admin.getLocalPort()
                        + " is the gateway's too (expected: two different ports)");
            }
        }
    }

    private static ServerSocket bound(String setting, InetSocketAddress address) throws IOException {
        String given = setting + ": '" + address.getHostString() + ":" + address.getPort() + "' ";
        if (address.isUnresolved()) {
            throw new IOException(given + "cannot be listened on: no such host (expected: an address of this machine)");
        }
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            return socket;
        } catch (IOException taken) {
            socket.close();
            throw new IOException(
                    given + "cannot be listened on: " + taken.getMessage() + " (expected: a free port of this machine)",
                    taken);
        }
    }
}
