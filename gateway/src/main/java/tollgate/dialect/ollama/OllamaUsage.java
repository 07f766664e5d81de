package tollgate.dialect.ollama;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.UsageReport;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.UsageReading;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the counts at the end of an answer, and how long the machine worked for it: nanoseconds, of which the thousandths of
 * a second that were begun count. A prompt that was in the cache as a whole is not counted by older versions: that
 * is untold, not a zero.
 */
final class OllamaUsage implements UsageReport.Reader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final long NANOS_A_THOUSANDTH = 1_000_000;
    private static final int THOUSANDTHS = 3;

    private final OllamaDocument document;
    private final boolean prompts;

    /** A reader of answers that are {@code prompts} and nothing generated, or else of generated ones. */
    OllamaUsage(OllamaDocument document, boolean prompts) {
        this.document = document;
        this.prompts = prompts;
    }

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        try {
            String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
            JsonNode usage = MAPPER.readTree("{\"" + document.firstCount() + "\":" + text);
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
        JsonNode nanos = usage.path("total_duration");
        boolean told = nanos.isIntegralNumber() && nanos.canConvertToLong() && nanos.longValue() >= 0;
        return new UsageReport(
                told ? reported.total().plus(time(nanos.longValue())) : reported.total(),
                0,
                !input,
                !output && !prompts,
                !reported.doubts().isEmpty() || !(told || nanos.isMissingNode()),
                null,
                null);
    }

    private static Usage time(long nanos) {
        return Usage.builder()
                .set(UnitClass.GPU_SECOND, BigDecimal.valueOf(Math.ceilDiv(nanos, NANOS_A_THOUSANDTH), THOUSANDTHS))
                .build();
    }
}
