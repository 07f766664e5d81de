package tollgate.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real redis-server as a child process, with its data in a folder of ours. Thread-safe.
 *
 * <p>It never outlives us: a guard waits on a pipe that the end of this process closes, however it ends. Should the guard
 * be killed too, the next start finds the orphan by the password in its configuration, and stops it first.
 */
public final class RedisChild implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long NAP_MS = 5;
    private static final String GUARD = "exec 3<&0; \"$@\" 3<&- </dev/null >/dev/null 2>&1 & pid=$!; echo $pid;"
            + " { read -r _ <&3; kill $pid; } >/dev/null 2>&1 & exec 3<&-; wait $pid";
    private static final Pattern PORT = Pattern.compile("(?m)^port (\\d+)$");
    private static final Pattern PASSWORD = Pattern.compile("(?m)^requirepass (\\w+)$");

    private final Path folder;
    private final Process guard;
    private final ProcessHandle redis;
    private final int port;
    private final String password;

    private RedisChild(Path folder, Process guard, ProcessHandle redis, int port, String password) {
        this.folder = folder;
        this.guard = guard;
        this.redis = redis;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param folder where its data is; the caller holds the lock of the folder above
     * @throws IOException where it cannot be started, or does not serve within a minute
     */
    public static RedisChild start(Path folder) throws IOException {
        Files.createDirectories(folder);
        OwnerOnly.folder(folder);
        stopOrphan(folder.resolve("redis.conf"));
        return start(folder, freePort(), password());
    }

    /** Starts it again after it died, for the same clients. */
    public RedisChild restart() throws IOException {
        close();
        return start(folder, port, password);
    }

    private static RedisChild start(Path folder, int port, String password) throws IOException {
        Path program = RedisBinary.find(folder.resolveSibling("bin"));
        Path configuration = folder.resolve("redis.conf");
        OwnerOnly.write(configuration, configuration(folder, port, password));
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(List.of("sh", "-c", GUARD, "redis-guard", program.toString()));
        command.add(configuration.toAbsolutePath().toString());
        Process guard = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        RedisChild child = new RedisChild(folder, guard, started(guard), port, password);
        try {
            child.awaitReady();
        } catch (IOException dead) {
            child.close();
            throw dead;
        }
        return child;
    }

    /** Ctrl-C signals every process of a terminal's group: money is still to be booked when ours is asked to stop. */
    private static List<String> ownSession() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(folder -> Path.of(folder, "setsid"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .map(List::of)
                .orElse(List.of());
    }

    private static ProcessHandle started(Process guard) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.UTF_8));
        String pid = out.readLine();
        Optional<ProcessHandle> handle = pid == null ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
        return handle.orElseThrow(() -> new IOException("redis: redis-server could not be started"));
    }

    private static String configuration(Path folder, int port, String password) {
        return """
                # written at every start; changes are lost
                bind 127.0.0.1
                port %d
                requirepass %s
                dir "%s"
                appendonly yes
                appendfsync everysec
                maxmemory-policy noeviction
                save ""
                daemonize no
                logfile redis.log
                """.formatted(port, password, folder.toAbsolutePath());
    }

    private void awaitReady() throws IOException {
        long since = System.nanoTime();
        while (System.nanoTime() - since < PATIENCE_NANOS) {
            if (!guard.isAlive()) {
                throw new IOException("redis: redis-server ended while starting; see " + folder.resolve("redis.log"));
            }
            try (RedisWire wire = RedisWire.open(port, password)) {
                // while it loads its data it takes the password, but answers -LOADING
                if (wire != null && wire.ask("PING").equals("+PONG")) {
                    return;
                }
            } catch (IOException busy) {
                // starting, on a machine that has much to do
            }
            nap();
        }
        throw new IOException("redis: not serving after a minute; see " + folder.resolve("redis.log"));
    }

    private static void stopOrphan(Path configuration) throws IOException {
        if (!Files.exists(configuration)) {
            return;
        }
        String text = Files.readString(configuration);
        Matcher port = PORT.matcher(text);
        Matcher password = PASSWORD.matcher(text);
        if (!port.find() || !password.find()) {
            return;
        }
        int number = Integer.parseInt(port.group(1));
        long since = System.nanoTime();
        while (stopAt(number, password.group(1))) {
            if (System.nanoTime() - since > PATIENCE_NANOS) {
                throw new IOException("redis: an earlier redis-server on port " + number + " does not stop");
            }
            nap();
        }
    }

    /** Asks it to stop; false where nobody with this password listens there, so only once it has ended. */
    private static boolean stopAt(int port, String password) {
        try (RedisWire wire = RedisWire.open(port, password)) {
            if (wire == null) {
                return false;
            }
            wire.ask("SHUTDOWN");
        } catch (IOException busy) {
            // it may take its time over what is not on disk yet
        }
        return true;
    }

    /** How clients reach it, the password included. */
    public String url() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    /** Its process. */
    public long pid() {
        return redis.pid();
    }

    /** Completes when it has ended, wanted or not. */
    public CompletableFuture<Process> onExit() {
        // the guard waits for it, so that it is never a zombie that seems to live
        return guard.onExit();
    }

    /** Stops it, its data on disk, and waits for its end. */
    @Override
    public void close() {
        try (@Nullable RedisWire wire = RedisWire.open(port, password)) {
            if (wire != null) {
                wire.ask("SHUTDOWN");
            }
        } catch (IOException gone) {
            // the guard's signal asks the same
        }
        try {
            guard.getOutputStream().close();
            guard.onExit().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (Exception slow) {
            redis.destroyForcibly();
        }
    }

    private static void nap() {
        try {
            Thread.sleep(NAP_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String password() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
