package tollgate.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A mapped file whose blocks are all on disk: a store into a sparse file on a full disk would end the process.
 *
 * <p>Closing unmaps it; whoever closes makes sure that nobody stores any more.
 */
final class ZeroedFile implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    private final Path path;
    private final Arena arena;
    private final MemorySegment memory;

    private ZeroedFile(Path path, Arena arena, MemorySegment memory) {
        this.path = path;
        this.arena = arena;
        this.memory = memory;
    }

    /** Makes a file full of zeros; an older one of the name is replaced. */
    @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the file is mapped
    static ZeroedFile create(Path path, long bytes) throws IOException {
        Files.deleteIfExists(path);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
            for (long at = 0; at < bytes; ) {
                at += channel.write(zeros.clear().limit((int) Math.min(CHUNK, bytes - at)), at);
            }
            channel.force(true);
            Arena arena = Arena.ofShared();
            return new ZeroedFile(path, arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena));
        } catch (IOException full) {
            Files.deleteIfExists(path);
            throw full;
        }
    }

    /** Reads a file of an earlier run whole. */
    static byte[] read(Path path) throws IOException {
        return Files.readAllBytes(path);
    }

    MemorySegment memory() {
        return memory;
    }

    void force() {
        memory.force();
    }

    /** Unmaps the file and deletes it. */
    void delete() throws IOException {
        close();
        Files.deleteIfExists(path);
    }

    @Override
    public void close() {
        arena.close();
    }
}
