package tollgate.dialect.ollama;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.UsageReport;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.UsageReading;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the counts at the end of an answer. A prompt that was in the cache as a whole is not counted by older versions: that
 * is untold, not a zero.
 */
final class OllamaUsage implements UsageReport.Reader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** What is kept begins with a value. */
    private static final String BEGINNING = "{\"first\":";

    private final boolean prompts;

    /** A reader of answers that are {@code prompts} and nothing generated, or else of generated ones. */
    OllamaUsage(boolean prompts) {
        this.prompts = prompts;
    }

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        try {
            String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
            JsonNode usage = MAPPER.readTree(BEGINNING + text);
            return report(usage);
        } catch (JacksonException | InvalidUsage | ArithmeticException nonsense) {
            return null;
        }
    }

    private @Nullable UsageReport report(JsonNode usage) {
        boolean input = usage.hasNonNull("prompt_eval_count");
        boolean output = usage.hasNonNull("eval_count");
        if (!input && !output) {
            return null;
        }
        Reported reported = UsageReading.ollama(usage);
        return new UsageReport(
                reported.total(),
                0,
                !input,
                !output && !prompts,
                !reported.doubts().isEmpty(),
                null,
                null);
    }
}
