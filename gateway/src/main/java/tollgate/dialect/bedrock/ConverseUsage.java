package tollgate.dialect.bedrock;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.UsageReport;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.UsageReading;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The usage of what Converse answers: each report replaces the one before. Stateless. */
final class ConverseUsage implements UsageReport.Reader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        try {
            return read(MAPPER.readTree(bytes, 0, length));
        } catch (JacksonException | InvalidUsage | ArithmeticException nonsense) {
            return null;
        }
    }

    private static @Nullable UsageReport read(JsonNode usage) {
        boolean input = usage.hasNonNull("inputTokens");
        boolean output = usage.hasNonNull("outputTokens");
        if (!input && !output) {
            return null;
        }
        Reported reported = UsageReading.bedrock(usage);
        // what the provider's own tools bill has no price here; asking for them is refused
        boolean tools = !usage.path("serverToolUsage").isEmpty();
        return new UsageReport(
                reported.total(),
                0,
                !input,
                !output,
                tools || !reported.doubts().isEmpty(),
                null,
                null);
    }
}
