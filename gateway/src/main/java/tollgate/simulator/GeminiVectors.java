package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Vectors of one text or of several, or how many tokens there are. Deterministic. */
final class GeminiVectors implements Answer {
    private static final int USUAL_DIMENSIONS = 8;
    private static final int MOST_DIMENSIONS = 4_096;

    /** What is asked for. */
    enum Kind {
        ONE,
        SEVERAL,
        COUNT
    }

    private final JsonNode body;
    private final Kind kind;
    private final Directives directives;
    private long tokens;

    GeminiVectors(JsonNode body, Kind kind, Directives directives) {
        this.body = body;
        this.kind = kind;
        this.directives = directives;
    }

    @Override
    public boolean stream() {
        return false;
    }

    @Override
    public List<byte[]> events() {
        return List.of();
    }

    @Override
    public byte[] document() {
        ObjectNode answer = JsonMapper.shared().createObjectNode();
        switch (kind) {
            case COUNT -> {
                JsonNode asked = body.has("generateContentRequest") ? body.path("generateContentRequest") : body;
                answer.put("totalTokens", GeminiCall.of("", asked).promptTokens());
            }
            case ONE -> vector(answer.putObject("embedding"), body);
            case SEVERAL -> {
                ArrayNode all = answer.putArray("embeddings");
                body.path("requests").forEach(each -> vector(all.addObject(), each));
            }
        }
        if (kind != Kind.COUNT && !directives.is("usage", "omit")) {
            answer.putObject("usageMetadata").put("promptTokenCount", directives.is("usage", "zero") ? 0 : tokens);
        }
        return (answer + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void vector(ObjectNode each, JsonNode request) {
        StringBuilder text = new StringBuilder();
        tokens += GeminiCall.content(request.path("content"), text);
        ArrayNode values = each.putArray("values");
        int dimensions = Math.clamp(
                GeminiCall.either(request, "outputDimensionality", "output_dimensionality")
                        .asInt(USUAL_DIMENSIONS),
                1,
                MOST_DIMENSIONS);
        for (int i = 0; i < dimensions; i++) {
            values.add(Math.floorMod((text.toString() + i).hashCode(), 1_024) / 1_024f);
        }
    }
}
