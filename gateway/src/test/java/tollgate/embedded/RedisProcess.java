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
    private final Path folder;
    private final int port;
    private Process process;

    private RedisProcess(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Starts it in a folder and waits until it listens. */
    public static RedisProcess start(Path folder, String configuration) throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(
                folder.resolve("redis-" + port + ".conf"),
                configuration + "\nport " + port + "\nbind 127.0.0.1\nsave \"\"\ndir \"" + folder + "\"\n");
        return new RedisProcess(folder, port, run(folder, port)).listening();
    }

    private static Process run(Path folder, int port) throws IOException {
        return new ProcessBuilder(
                        RedisBinary.find(folder.resolve("bin")).toString(),
                        folder.resolve("redis-" + port + ".conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis-" + port + ".log").toFile())
                .start();
    }

    private RedisProcess listening() throws IOException, InterruptedException {
        long since = System.nanoTime();
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() - since > TimeUnit.SECONDS.toNanos(30)) {
                close();
                throw new IOException(Files.readString(folder.resolve("redis-" + port + ".log")));
            }
            Thread.sleep(10);
        }
        return this;
    }

    /** Kills it without warning. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again on what it finds in its folder. */
    public void again() throws IOException, InterruptedException {
        process = run(folder, port);
        listening();
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
