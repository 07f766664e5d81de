package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Judgements of texts: flagged is what says so. Deterministic. */
final class ModerationAnswer implements Answer {
    private final JsonNode body;

    ModerationAnswer(JsonNode body) {
        this.body = body;
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
        ObjectNode answer = JsonMapper.shared()
                .createObjectNode()
                .put("id", "modr-sandbox")
                .put("model", ChatCall.plain(body.path("model").asString("omni-moderation-latest")));
        ArrayNode results = answer.putArray("results");
        JsonNode input = body.path("input");
        for (JsonNode each : input.path(0).isString()
                ? input
                : JsonMapper.shared().createArrayNode().add(input)) {
            boolean flagged = each.toString().contains("violence");
            ObjectNode result = results.addObject().put("flagged", flagged);
            result.putObject("categories").put("violence", flagged);
            result.putObject("category_scores").put("violence", flagged ? 0.5 : 0.0);
            result.putObject("category_applied_input_types")
                    .putArray("violence")
                    .add("text");
        }
        return (answer + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
