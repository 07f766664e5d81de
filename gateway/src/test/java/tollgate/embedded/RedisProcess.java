package tollgate.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real redis-server that is set up as a test says. */
public final class RedisProcess implements AutoCloseable {
    /** Names the program of a Valkey 8, where there is one. */
    public static final String VALKEY = "TOLLGATE_TEST_VALKEY";

    private final Path folder;
    private final int port;
    private final Path program;
    private final List<String> options;
    private Process process;
    private boolean paused;

    private RedisProcess(Path folder, int port, Path program, List<String> options, Process process) {
        this.folder = folder;
        this.port = port;
        this.program = program;
        this.options = options;
        this.process = process;
    }

    /** Starts it in a folder and waits until it listens. */
    public static RedisProcess start(Path folder, String configuration) throws IOException, InterruptedException {
        return start(folder, configuration, RedisBinary.find(folder.resolve("bin")), List.of());
    }

    /** Starts a sentinel, which keeps what it learns in its configuration. */
    public static RedisProcess sentinel(Path folder, String configuration) throws IOException, InterruptedException {
        return start(folder, configuration, RedisBinary.find(folder.resolve("bin")), List.of("--sentinel"));
    }

    /** Starts a Valkey 8 in place of Redis: what it has and older servers have not is to be shown. */
    public static RedisProcess valkey(Path folder, String configuration) throws IOException, InterruptedException {
        return start(folder, configuration, Path.of(System.getenv(VALKEY)), List.of());
    }

    private static RedisProcess start(Path folder, String configuration, Path program, List<String> options)
            throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(
                folder.resolve("redis-" + port + ".conf"),
                configuration.replace("PORT", Integer.toString(port)) + "\nport " + port
                        + "\nbind 127.0.0.1\nsave \"\"\ndir \"" + folder + "\"\n");
        return new RedisProcess(folder, port, program, options, run(folder, port, program, options)).listening();
    }

    private static Process run(Path folder, int port, Path program, List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.add(folder.resolve("redis-" + port + ".conf").toString());
        command.addAll(options);
        return new ProcessBuilder(command)
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

    /** Stops it where it is; its connections stay. */
    public void pause() throws IOException, InterruptedException {
        signal("-STOP");
        paused = true;
    }

    /** Lets it go on as if no time had passed. */
    public void resume() throws IOException, InterruptedException {
        signal("-CONT");
        paused = false;
    }

    private void signal(String name) throws IOException, InterruptedException {
        int sent = new ProcessBuilder("kill", name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (sent != 0) {
            throw new IOException("kill " + name + " ended with " + sent);
        }
    }

    /** Starts it again on what it finds in its folder. */
    public void again() throws IOException, InterruptedException {
        process = run(folder, port, program, options);
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
        if (paused) {
            process.destroyForcibly();
        }
        process.destroy();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
