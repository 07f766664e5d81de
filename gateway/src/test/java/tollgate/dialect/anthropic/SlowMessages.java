package tollgate.dialect.anthropic;

import java.util.Set;
import tollgate.dialect.SlowScan;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What a scanner of message streams should find. */
final class SlowMessages extends SlowScan {
    private static final Set<String> GENERATED = Set.of("text", "thinking", "partial_json", "name");

    long input = -1;
    long output = -1;

    SlowMessages(byte[] body, byte[] comment) {
        read(body, false, comment);
    }

    @Override
    protected boolean ends(String data) {
        try {
            JsonNode tree = MAPPER.readTree(data);
            return tree.isObject() && tree.path("type").asString("").equals("message_stop");
        } catch (JacksonException notJson) {
            return false;
        }
    }

    @Override
    protected boolean event(JsonNode tree, boolean named) {
        String stated =
                tree.path("message").path("model").asString(tree.path("model").asString(""));
        model = stated.isEmpty() ? model : stated;
        bound += tree.has("content_block") ? 16 : 0;
        block(tree.path("delta"));
        block(tree.path("content_block"));
        error |= named
                || tree.path("error").isObject()
                || tree.path("type").asString("").equals("error");
        boolean top = tree.path("usage").isObject();
        JsonNode reported = top ? tree.path("usage") : tree.path("message").path("usage");
        if (reported.isObject()) {
            usage(reported, top);
        }
        return false;
    }

    private void usage(JsonNode reported, boolean top) {
        if (!top) {
            input = -1;
            output = -1;
        }
        input = reported.path("input_tokens").asLong(input);
        output = reported.path("output_tokens").asLong(output);
        usageReports++;
    }

    private void block(JsonNode block) {
        if (!block.isObject()) {
            return;
        }
        block.properties().forEach(field -> {
            if (field.getKey().equals("input")) {
                bound += field.getValue().isObject() ? 32 : 0;
                content += strings(field.getValue());
            } else if (GENERATED.contains(field.getKey()) && field.getValue().isString()) {
                content += strings(field.getValue());
            }
        });
        bound += strings(block);
    }

    private static long strings(JsonNode node) {
        if (node.isString()) {
            return bytes(node.stringValue());
        }
        long sum = 0;
        for (JsonNode child : node) {
            sum += strings(child);
        }
        return sum;
    }
}
