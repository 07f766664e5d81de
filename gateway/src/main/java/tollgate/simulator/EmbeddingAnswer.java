package tollgate.simulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Vectors of texts: floats, or their bytes in base64. Deterministic. */
final class EmbeddingAnswer implements Answer {
    private static final int USUAL_DIMENSIONS = 8;
    private static final int MOST_DIMENSIONS = 4_096;

    private final JsonNode body;
    private final Directives directives;

    EmbeddingAnswer(JsonNode body, Directives directives) {
        this.body = body;
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
        List<Prompts.Prompt> prompts = Prompts.of(body.path("input"));
        int dimensions = Math.clamp(body.path("dimensions").asInt(USUAL_DIMENSIONS), 1, MOST_DIMENSIONS);
        ObjectNode answer = JsonMapper.shared().createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < prompts.size(); i++) {
            ObjectNode each = data.addObject().put("object", "embedding").put("index", i);
            vector(each, prompts.get(i).text(), dimensions);
        }
        answer.put("model", ChatCall.plain(body.path("model").asString("")));
        if (!directives.is("usage", "omit")) {
            long tokens = directives.is("usage", "zero") ? 0 : Prompts.tokens(prompts);
            if (directives.is("usage", "null")) {
                answer.putNull("usage");
            } else {
                answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
            }
        }
        return (answer + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void vector(ObjectNode each, String text, int dimensions) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
        ArrayNode numbers = JsonMapper.shared().createArrayNode();
        for (int i = 0; i < dimensions; i++) {
            float value = Math.floorMod((text + i).hashCode(), 1_024) / 1_024f;
            bytes.putFloat(value);
            numbers.add(value);
        }
        if (body.path("encoding_format").asString("float").equals("base64")) {
            each.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
        } else {
            each.set("embedding", numbers);
        }
    }
}
