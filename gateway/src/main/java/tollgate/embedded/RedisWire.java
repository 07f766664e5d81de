package tollgate.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The three inline commands that starting and stopping a child take: everything else speaks through the real client.
 * Confined to one thread.
 */
final class RedisWire implements AutoCloseable {
    private static final int TIMEOUT_MS = 2_000;

    private final Socket socket;
    private final BufferedReader answers;

    private RedisWire(Socket socket, BufferedReader answers) {
        this.socket = socket;
        this.answers = answers;
    }

    /**
     * A connection that has proved to know the password; null where none listens there that takes it.
     *
     * @throws IOException where somebody listens, but does not answer in time: whether it is ours is not known
     */
    static @Nullable RedisWire open(int port, String password) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            RedisWire wire = new RedisWire(
                    socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
            if ("+OK".equals(wire.ask("AUTH " + password))) {
                return wire;
            }
        } catch (SocketTimeoutException busy) {
            socket.close();
            throw busy;
        } catch (IOException nobody) {
            // refused, or closed in the middle of a word
        }
        socket.close();
        return null;
    }

    /** Sends a command; returns the first line of the answer, empty where the connection ended. */
    String ask(String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        String answer = answers.readLine();
        return answer == null ? "" : answer;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            // it is closed either way
        }
    }
}
