package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ratios by which what came of a cut answer is estimated are those of the recorded answers. */
class CalibrationTest {
    private static final Path FILE = Path.of("src/main/resources/tollgate/metering", TokenRatios.RESOURCE);

    @Test
    void the_committed_ratios_are_what_the_recordings_give() throws IOException {
        List<Calibration.Sample> samples = Calibration.samples();
        Assumptions.assumeFalse(samples.isEmpty(), "no recordings here");
        List<String> rows = Calibration.rows(samples);
        System.out.println(
                "family\tnames\tlow\thigh\trecordings\terror %: middle\tnine of ten\thighest\twith tools\tmiddle");
        rows.forEach(System.out::println);
        if (Boolean.getBoolean("tollgate.calibration.write")) {
            List<String> lines = new ArrayList<>(
                    committed().stream().filter(line -> line.startsWith("#")).toList());
            lines.addAll(rows);
            Files.write(FILE, lines);
        }
        assertThat(committed().stream().filter(line -> !line.startsWith("#")).toList())
                .as("-Dtollgate.calibration.write=true writes them anew")
                .isEqualTo(rows);
    }

    private static List<String> committed() throws IOException {
        return Files.readAllLines(FILE);
    }

    @ParameterizedTest(name = "{0} is of {1}")
    @CsvSource({
        "claude-opus-4-6, claude",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0, claude",
        "anthropic/claude-sonnet-4.5, claude",
        "gpt-4o-mini, gpt",
        "openai/gpt-oss-20b, gpt",
        "o3-mini, gpt",
        "gemini-2.5-flash, gemini",
        "my-own-model, other",
        "pro3, other",
    })
    void a_model_is_told_by_its_name(String model, String family) {
        assertThat(TokenRatios.of(model).family()).isEqualTo(family);
    }

    @Test
    void an_estimate_never_falls_as_more_comes() {
        for (String model : List.of("claude-opus-4-6", "gpt-4o", "gemini-2.5-flash", "else")) {
            TokenRatio ratio = TokenRatios.of(model);
            long before = 0;
            int events = 0;
            for (long bytes = 0; bytes < 20_000; bytes += 1 + bytes % 7) {
                long now = ratio.tokens(bytes, events += (int) (bytes % 3), 2);
                assertThat(now).as("%s at %d", model, bytes).isGreaterThanOrEqualTo(before);
                assertThat(now == 0).isEqualTo(bytes == 0);
                before = now;
            }
        }
        assertThat(TokenRatios.of("gpt-4o").tokens(Long.MAX_VALUE)).isPositive();
    }
}
