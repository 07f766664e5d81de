package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test that a document names is there, and the case of it that it names, too. */
class DocumentedTestsTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)`(?: \\(((?:`\\w+…?`(?:, )?)+)\\))?");
    private static final Pattern CASE = Pattern.compile("`(\\w+?)(?:_?…)?`");

    @ParameterizedTest
    @ValueSource(strings = {"ledger.md", "failures-elsewhere.md", "traps.md"})
    void every_test_that_is_named_exists(String document) throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs"))) {
            root = java.util.Objects.requireNonNull(root.getParent());
        }
        List<Path> tests = new ArrayList<>();
        for (String module : List.of("gateway", "pricing-rules")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
                files.filter(file -> file.toString().endsWith("Test.java")).forEach(tests::add);
            }
        }
        Matcher named = NAMED.matcher(Files.readString(root.resolve("docs").resolve(document)));
        int count = 0;
        while (named.find()) {
            count++;
            String test = named.group(1) + ".java";
            Path file = tests.stream()
                    .filter(each -> String.valueOf(each.getFileName()).equals(test))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(document + " names " + test + ", which is nowhere"));
            String source = Files.readString(file);
            Matcher cases = CASE.matcher(named.group(2) == null ? "" : named.group(2));
            while (cases.find()) {
                assertThat(source).as(document + ": " + test).contains("void " + cases.group(1));
            }
        }
        assertThat(count).as("tests named in " + document).isGreaterThan(20);
    }
}
