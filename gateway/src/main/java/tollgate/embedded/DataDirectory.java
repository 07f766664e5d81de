package tollgate.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A folder that one process at a time may work in. Thread-safe. */
public final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes the folder where needed, for its owner only, and locks it. The lock ends with the process at the latest.
     *
     * @throws IOException where another process has the lock, or the folder cannot be made
     */
    public static DataDirectory lock(Path path) throws IOException {
        Files.createDirectories(path);
        OwnerOnly.folder(path);
        FileChannel channel =
                FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException ourselves) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new IOException(
                    "data_dir: '" + path + "' is in use by another gateway (expected: one gateway for each folder)");
        }
        return new DataDirectory(path, channel);
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /**
     * Which lock this is, told apart from any copy of it and from the same disk in another run of this machine or in another
     * machine; empty where the system does not say.
     */
    public String place() throws IOException {
        Path booted = Path.of("/proc/sys/kernel/random/boot_id");
        Object file = Files.readAttributes(path.resolve("lock"), BasicFileAttributes.class)
                .fileKey();
        return file == null || !Files.isReadable(booted)
                ? ""
                : Files.readString(booted).strip() + " " + file;
    }

    /** Lets go of the lock. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
