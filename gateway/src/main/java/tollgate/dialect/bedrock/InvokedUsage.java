package tollgate.dialect.bedrock;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.AnswerDocument;
import tollgate.dialect.answer.UsageReport;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.UsageReading;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The usage of an answer in a model's own language, whichever that is: Bedrock counts beside it, in the head of a whole answer
 * and in the metrics of a stream's last piece. Where it does not, what the answer itself says.
 */
final class InvokedUsage implements UsageReport.Reader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final String INPUT = "x-amzn-bedrock-input-token-count";
    private static final String OUTPUT = "x-amzn-bedrock-output-token-count";
    private static final List<String> COUNTS = List.of(
            INPUT,
            OUTPUT,
            "x-amzn-bedrock-cache-read-input-token-count",
            "x-amzn-bedrock-cache-write-input-token-count");

    private final @Nullable ObjectNode head;
    private final boolean embeds;

    /**
     * A reader of one answer's reports.
     *
     * @param field the value of a field of its head by its name
     * @param embeds it has vectors: no token of output bills
     */
    InvokedUsage(Function<String, @Nullable String> field, boolean embeds) {
        this.embeds = embeds;
        ObjectNode counts = MAPPER.createObjectNode();
        for (String name : COUNTS) {
            String value = field.apply(name);
            if (value != null) {
                counts.put(name, value);
            }
        }
        this.head = counts.isEmpty() ? null : counts;
    }

    /** The head of the answer says what was used. */
    boolean told() {
        return head != null;
    }

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        try {
            if (head != null) {
                return report(UsageReading.bedrock(head), head.has(INPUT), head.has(OUTPUT));
            }
            JsonNode usage = MAPPER.readTree(bytes, 0, length);
            if (rank == AnswerDocument.AT_TOP) {
                boolean input = usage.hasNonNull("inputTokenCount");
                boolean output = usage.hasNonNull("outputTokenCount");
                return input || output ? report(UsageReading.bedrock(usage), input, output) : null;
            }
            return report(UsageReading.read(usage, unit -> false), true, true);
        } catch (JacksonException | InvalidUsage | ArithmeticException nonsense) {
            return null;
        }
    }

    private UsageReport report(Reported reported, boolean input, boolean output) {
        return new UsageReport(
                reported.total(),
                0,
                !input,
                !output && !embeds,
                !reported.doubts().isEmpty(),
                null,
                null);
    }
}
