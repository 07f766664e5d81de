package tollgate.pricing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The public catalogues that tests read where they are at hand: {@code $TOLLGATE_SHARED/data}. */
final class SharedCatalogue {
    private SharedCatalogue() {}

    /** A catalogue's text; without it the test is skipped with the reason, and fails where {@code CI} is true. */
    static String text(String file) {
        Path path = folder().resolve("data").resolve(file);
        boolean there = Files.isRegularFile(path);
        String reason = "no " + path.toAbsolutePath().normalize() + " (expected: TOLLGATE_SHARED names its folder)";
        if ("true".equals(System.getenv("CI"))) {
            assertThat(there).as(reason).isTrue();
        } else if (!there) {
            System.out.println("skipped: " + reason);
        }
        Assumptions.assumeTrue(there, reason);
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        String named = System.getenv("TOLLGATE_SHARED");
        return named == null ? Path.of("..", "..", "shared") : Path.of(named);
    }
}
