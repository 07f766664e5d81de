package tollgate.dialect.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every usage object of the recordings, beside what their list says that it means. */
final class RecordedUsagesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Free, or nothing but a price: no usage object. */
    private static final List<String> NO_USAGE = List.of("gemini-count-tokens", "xai-images");

    @Test
    void every_recorded_usage_object_means_what_the_list_says() throws Exception {
        String told = System.getenv("TOLLGATE_SHARED");
        Path list = Path.of(told == null ? "../../shared" : told).resolve("recordings/manifest.tsv");
        if (!Files.exists(list)) {
            System.out.println("recordings are not at " + list.toAbsolutePath() + ": set TOLLGATE_SHARED; skipped");
        }
        Assumptions.assumeTrue(Files.exists(list));
        List<String> lines = Files.readAllLines(list);
        List<String> columns = List.of(lines.getFirst().split("\t", -1));
        int compared = 0;
        List<String> wrong = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Map<String, String> row = new HashMap<>();
            String[] cells = line.split("\t", -1);
            for (int i = 0; i < Math.min(cells.length, columns.size()); i++) {
                row.put(columns.get(i), unquoted(cells[i]));
            }
            String raw = row.getOrDefault("raw_usage", "");
            if (!raw.startsWith("{")
                    || row.getOrDefault("notes", "").contains("AMBIGUOUS")
                    || NO_USAGE.contains(row.get("dialect"))) {
                continue;
            }
            Usage usage;
            try {
                usage = UsageReading.read(raw, Set.of(UnitClass.REASONING_OUTPUT)::contains)
                        .total();
            } catch (InvalidUsage none) {
                wrong.add(row.get("file") + ": " + none.getMessage() + " " + raw);
                continue;
            }
            compared++;
            expect(wrong, row, raw, "input", usage.inputTokens());
            // Cohere bills no cached token; a vendor's cache larger than its prompt is cut
            if (!"cohere".equals(row.get("dialect"))
                    && !row.getOrDefault("model", "").startsWith("grok-4-1")) {
                expect(wrong, row, raw, "cache_read", usage.units(UnitClass.CACHED_INPUT));
            }
            expect(wrong, row, raw, "output", usage.outputTokens());
        }
        assertThat(wrong).as("of " + compared).isEmpty();
        assertThat(compared).isGreaterThan(240);
    }

    private static void expect(List<String> wrong, Map<String, String> row, String raw, String name, long found) {
        String listed = row.getOrDefault(name, "");
        if (!listed.isEmpty() && Long.parseLong(listed) != found) {
            wrong.add(row.get("file") + ": " + name + " " + found + " (expected: " + listed + ") " + raw);
        }
    }

    private static String unquoted(String cell) {
        return cell.startsWith("\"") && cell.endsWith("\"") && cell.length() > 1
                ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"")
                : cell;
    }

    @Test
    void a_usage_object_is_found_inside_an_answer() {
        JsonNode answer = MAPPER.readTree("{\"response\":{\"usage\":{\"prompt_tokens\":3}}}");
        assertThat(UsageReading.read(answer, unit -> false).total().units(UnitClass.INPUT))
                .isEqualTo(3);
    }
}
