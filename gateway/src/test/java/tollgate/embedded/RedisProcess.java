package tollgate.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real redis-server that is set up as a test says. */
public final class RedisProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private RedisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it in a folder and waits until it listens. */
    public static RedisProcess start(Path folder, String configuration) throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path file = Files.writeString(
                folder.resolve("redis-" + port + ".conf"),
                configuration + "\nport " + port + "\nbind 127.0.0.1\nsave \"\"\ndir \"" + folder + "\"\n");
        Process process = new ProcessBuilder(
                        RedisBinary.find(folder.resolve("bin")).toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis-" + port + ".log").toFile())
                .start();
        RedisProcess started = new RedisProcess(process, port);
        long since = System.nanoTime();
        while (!started.listens()) {
            if (!process.isAlive() || System.nanoTime() - since > TimeUnit.SECONDS.toNanos(30)) {
                started.close();
                throw new IOException(Files.readString(folder.resolve("redis-" + port + ".log")));
            }
            Thread.sleep(10);
        }
        return started;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
