package tollgate.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds a redis-server to run: a newer {@code redis-server} or {@code valkey-server} on the {@code PATH}, else the one
 * that comes with us. Stateless.
 */
final class RedisBinary {
    private static final String OURS = "7.0.15";
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)\\.(\\d+)");

    private RedisBinary() {}

    /**
     * The program to start.
     *
     * @param cache where ours is unpacked
     */
    static Path find(Path cache) throws IOException {
        for (String name : List.of("valkey-server", "redis-server")) {
            Optional<Path> installed = onPath(name).filter(RedisBinary::newer);
            if (installed.isPresent()) {
                return installed.get();
            }
        }
        return unpacked(cache);
    }

    private static Optional<Path> onPath(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static boolean newer(Path program) {
        try {
            Process asked = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            asked.waitFor(5, TimeUnit.SECONDS);
            Matcher version = VERSION.matcher(answer);
            return version.find() && Runtime.Version.parse(dotted(version)).compareTo(Runtime.Version.parse(OURS)) > 0;
        } catch (IOException broken) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String dotted(Matcher version) {
        return version.group(1) + "." + version.group(2) + "." + version.group(3);
    }

    private static Path unpacked(Path cache) throws IOException {
        String resource = "redis-server-" + OURS + "-" + system() + "-" + machine();
        Path program = cache.resolve(resource);
        if (Files.isExecutable(program)) {
            return program;
        }
        Files.createDirectories(cache);
        Path fresh = cache.resolve(resource + ".new");
        try (InputStream in = RedisBinary.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("redis: none on the PATH newer than " + OURS + ", and none comes with us for "
                        + system() + " on " + machine() + " (expected: install redis-server, or set redis.url)");
            }
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!fresh.toFile().setExecutable(true, true)) {
            throw new IOException("redis: '" + fresh + "' cannot be made executable");
        }
        return Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    }

    private static String machine() {
        return switch (System.getProperty("os.arch")) {
            case "aarch64", "arm64" -> "arm64";
            case "x86", "i386", "i686" -> "386";
            default -> "amd64";
        };
    }
}
