package tollgate.dialect.openai;

import java.util.List;
import tollgate.dialect.SlowScan;
import tools.jackson.databind.JsonNode;

/** What a scanner of chat streams should find. */
final class SlowChat extends SlowScan {
    SlowChat(byte[] body, boolean hideUsage, byte[] comment) {
        read(body, hideUsage, comment);
    }

    @Override
    protected boolean ends(String data) {
        return data.stripLeading().startsWith("[DONE]");
    }

    @Override
    protected boolean event(JsonNode tree, boolean named) {
        JsonNode choices = tree.path("choices");
        for (JsonNode choice : choices.isArray() ? choices : MAPPER.createArrayNode()) {
            for (String name : List.of("delta", "message")) {
                if (choice.path(name).isObject()) {
                    strings(choice.path(name), "", 0);
                    bound += 32L * calls(choice.path(name));
                }
            }
        }
        if (tree.path("model").isString() && !tree.path("model").stringValue().isEmpty()) {
            model = tree.path("model").stringValue();
        }
        if (tree.path("service_tier").isString()
                && !tree.path("service_tier").stringValue().isEmpty()) {
            tier = tree.path("service_tier").stringValue();
        }
        JsonNode failure = tree.path("error");
        boolean failed = named
                || failure.isContainer()
                || (failure.isString() && !failure.stringValue().isEmpty());
        error |= failed;
        JsonNode reported = tree.path("usage");
        if (reported.has("prompt_tokens")) {
            usage = reported;
            usageReports++;
        }
        return reported.isObject() && choices.isArray() && choices.isEmpty() && !failed;
    }

    private static int calls(JsonNode delta) {
        int calls = delta.path("function_call").isObject() ? 1 : 0;
        JsonNode list = delta.path("tool_calls");
        for (JsonNode call : list.isArray() ? list : MAPPER.createArrayNode()) {
            calls += call.isObject() ? 1 : 0;
        }
        return calls;
    }

    private void strings(JsonNode node, String name, int depth) {
        if (node.isString()) {
            int bytes = bytes(node.stringValue());
            bound += bytes;
            content += List.of("role", "id", "type").contains(name) ? 0 : bytes;
        } else if (node.isObject()) {
            node.properties().forEach(member -> strings(member.getValue(), member.getKey(), depth + 1));
        } else {
            node.forEach(element -> strings(element, name, depth + 1));
        }
    }
}
