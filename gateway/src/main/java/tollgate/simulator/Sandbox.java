package tollgate.simulator;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import tollgate.http.HttpListener;
import tollgate.http.ListenerSettings;
import tollgate.http.Transport;

/** The sandbox provider, listening. Thread-safe. */
public final class Sandbox implements AutoCloseable {
    private static final int HEADER_BYTES = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final HttpListener listener;
    private final SandboxLog log = new SandboxLog();

    private Sandbox(int port, Script script, Transport transport, EventLoopGroup loops) {
        Barriers barriers = new Barriers();
        Shelf shelf = new Shelf();
        this.listener = HttpListener.bind(
                new ListenerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        HEADER_BYTES,
                        PATIENCE,
                        PATIENCE,
                        PATIENCE,
                        PATIENCE),
                transport,
                loops,
                loops,
                exchange -> new SandboxExchange(exchange, log, barriers, script, shelf));
    }

    /** Starts it on a loopback port; 0 picks a free one. */
    public static Sandbox start(int port, Transport transport, EventLoopGroup loops) {
        return start(port, Script.NONE, transport, loops);
    }

    /** The same, doing what a script says. */
    public static Sandbox start(int port, Script script, Transport transport, EventLoopGroup loops) {
        return new Sandbox(port, script, transport, loops);
    }

    /** Where it listens. */
    public int port() {
        return listener.port();
    }

    /** What reached it. */
    public SandboxLog log() {
        return log;
    }

    /** Stops listening and cuts what is open. */
    @Override
    public void close() {
        listener.close();
    }
}
