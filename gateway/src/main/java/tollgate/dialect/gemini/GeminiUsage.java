package tollgate.dialect.gemini;

import java.util.Locale;
import java.util.Set;
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
 * The usage of one answer: each report replaces the one before. A zero is left out on the wire, so that an absent count is
 * one, except amid a stream while there is text already and nobody has counted it.
 */
final class GeminiUsage implements UsageReport.Reader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** What some of Google's models price apart; of the others a class costs what its parent does. */
    private static final Set<UnitClass> APART = Set.of(UnitClass.CACHED_AUDIO_INPUT, UnitClass.VIDEO_OUTPUT);

    private final GeminiDocument document;

    GeminiUsage(GeminiDocument document) {
        this.document = document;
    }

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        Usage searched = document.grounding().usage(document.answered());
        try {
            JsonNode object = length == 0 ? MAPPER.missingNode() : MAPPER.readTree(bytes, 0, length);
            if (counts(object)) {
                return read(object, searched);
            }
        } catch (JacksonException | InvalidUsage | ArithmeticException nonsense) {
            return null;
        }
        return searched.asMap().isEmpty() ? null : new UsageReport(searched, 0, true, true, false, null, null);
    }

    /** Some answers of Vertex tell how they were billed long before they tell what was used. */
    private static boolean counts(JsonNode usage) {
        return usage.hasNonNull("promptTokenCount")
                || usage.hasNonNull("candidatesTokenCount")
                || usage.hasNonNull("totalTokenCount");
    }

    private UsageReport read(JsonNode usage, Usage searched) {
        Reported reported = UsageReading.gemini(usage, APART::contains);
        JsonNode thoughts = usage.path("thoughtsTokenCount");
        return new UsageReport(
                reported.total().plus(searched),
                thoughts.isIntegralNumber() && thoughts.canConvertToLong() ? Math.max(0, thoughts.longValue()) : 0,
                !usage.hasNonNull("promptTokenCount"),
                document.goesOn() && !usage.hasNonNull("candidatesTokenCount"),
                !reported.doubts().isEmpty(),
                tier(usage, reported.tier()),
                null);
    }

    private static @Nullable String tier(JsonNode usage, @Nullable String said) {
        if (said != null) {
            return said.toLowerCase(Locale.ROOT);
        }
        return switch (usage.path("trafficType").asString("")) {
            case "ON_DEMAND_FLEX" -> "flex";
            case "ON_DEMAND_PRIORITY" -> "priority";
            default -> null;
        };
    }
}
