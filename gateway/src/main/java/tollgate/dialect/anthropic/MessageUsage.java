package tollgate.dialect.anthropic;

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
 * The usage objects of one message, in order: what {@code message_start} says stands until a {@code message_delta} says it
 * again, cumulatively; what that leaves out stands. A second start replaces the first: an upstream tried again.
 *
 * <p>The output that a start tells is only how it begins.
 */
public final class MessageUsage implements UsageReport.Reader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private @Nullable ObjectNode known;

    /** A reader of one message's reports. */
    public MessageUsage() {}

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        try {
            JsonNode object = MAPPER.readTree(bytes, 0, length);
            return object instanceof ObjectNode told ? read(told, rank < AnswerDocument.AT_TOP) : null;
        } catch (JacksonException | InvalidUsage | ArithmeticException nonsense) {
            return null;
        }
    }

    private @Nullable UsageReport read(ObjectNode told, boolean starts) {
        ObjectNode before = known;
        ObjectNode all = starts || before == null ? told : told(before, told);
        boolean inputUntold = !all.hasNonNull("input_tokens");
        boolean outputUntold = starts || !told.hasNonNull("output_tokens");
        if (inputUntold && !all.hasNonNull("output_tokens")) {
            return null;
        }
        Reported reported = UsageReading.anthropic(all);
        known = all;
        JsonNode thinking = all.path("output_tokens_details").path("thinking_tokens");
        boolean otherModel = reported.parts().stream().anyMatch(part -> part.model() != null);
        return new UsageReport(
                reported.total(),
                thinking.isIntegralNumber() && thinking.canConvertToLong() ? Math.max(0, thinking.longValue()) : 0,
                inputUntold,
                outputUntold,
                otherModel || !reported.doubts().isEmpty(),
                reported.tier(),
                reported.region());
    }

    private static ObjectNode told(ObjectNode before, ObjectNode told) {
        ObjectNode all = before.deepCopy();
        told.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                all.set(field.getKey(), field.getValue());
            }
        });
        return all;
    }
}
