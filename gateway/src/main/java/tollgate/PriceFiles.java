package tollgate;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import tollgate.pricing.yaml.UnreadableYaml;
import tollgate.pricing.yaml.Utf8Text;

/** Reads and writes the files that price commands name, with clear errors. */
final class PriceFiles {
    private static final long LARGEST = 64L << 20;

    private PriceFiles() {}

    /** The text of a file. */
    static String read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new IllegalArgumentException(file + ": a folder (expected: a file)");
            }
            if (Files.size(file) > LARGEST) {
                throw new IllegalArgumentException(
                        file + ": " + Files.size(file) + " bytes (expected: at most " + LARGEST + ")");
            }
            return Utf8Text.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file", e);
        } catch (UnreadableYaml e) {
            throw new IllegalArgumentException(e.at(file.toString()) + e.problem(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read (" + e + ")", e);
        }
    }

    /** Writes a file whole or not at all. */
    static void write(Path file, String text) {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        try {
            Path whole = Files.createTempFile(folder, ".rates", ".yaml");
            try {
                Files.writeString(whole, text);
                move(whole, absolute);
            } finally {
                Files.deleteIfExists(whole);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be written (" + e + ")", e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
