package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The bytes of one response: the events of a stream, or a document. Deterministic. */
final class ResponseAnswer implements Answer {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int TOKENS_A_REQUEST = 3;
    private static final int MOST_CALLS = 100;

    private final JsonNode body;
    private final Directives directives;
    private final List<String> pieces;
    private final boolean capped;
    private final boolean callsTool;
    private final long inputTokens;
    private final long reasoningTokens;
    private final String id;
    private final boolean background;
    private int sequence;

    ResponseAnswer(JsonNode body, Directives directives) {
        this(body, directives, "resp_sandbox", false);
    }

    /**
     * A response that is kept.
     *
     * @param background it is made while nobody waits for it
     */
    ResponseAnswer(JsonNode body, Directives directives, String id, boolean background) {
        this.id = id;
        this.background = background;
        this.body = body;
        this.directives = directives;
        String last = last(body.path("input"));
        this.inputTokens = TOKENS_A_REQUEST + Tokens.count(body.path("input").toString());
        JsonNode tool = body.path("tools").path(0);
        this.callsTool = tool.path("type").asString("").equals("function");
        List<String> wanted = wanted(last, directives);
        long ceiling = ceiling(body);
        this.capped = ceiling >= 0 && wanted.size() > ceiling;
        this.pieces = capped ? wanted.subList(0, (int) ceiling) : wanted;
        this.reasoningTokens = directives.number("reasoning", 0);
    }

    static long ceiling(JsonNode body) {
        return body.path("max_output_tokens").asLong(-1);
    }

    private static String last(JsonNode input) {
        if (input.isString()) {
            return input.asString();
        }
        JsonNode content = input.path(input.size() - 1).path("content");
        return content.isString()
                ? content.asString()
                : content.path(content.size() - 1).path("text").asString("");
    }

    private List<String> wanted(String last, Directives told) {
        long tokens = told.number("tokens", -1);
        if (tokens >= 0) {
            return Collections.nCopies((int) tokens, " tok");
        }
        return Tokens.split(callsTool ? "{\"text\":" + JSON.writeValueAsString(last) + "}" : "You said: " + last);
    }

    @Override
    public boolean stream() {
        return body.path("stream").asBoolean(false);
    }

    @Override
    public byte[] document() {
        if (directives.is("error", "only")) {
            return utf8(response("failed", List.of()) + "\n");
        }
        return utf8(response(status(), items()) + "\n");
    }

    /** What it says of itself before it is made. */
    byte[] unfinished(String status) {
        return utf8(response(status, List.of()) + "\n");
    }

    private String itemId(String kind) {
        return kind + id.substring("resp".length());
    }

    private String status() {
        return capped ? "incomplete" : "completed";
    }

    @Override
    public List<byte[]> events() {
        List<byte[]> events = new ArrayList<>();
        sequence = 0;
        if (directives.is("error", "only")) {
            events.add(error());
            events.add(carrying("response.failed", response("failed", List.of())));
            return events;
        }
        events.add(carrying("response.created", response("in_progress", List.of())));
        events.add(carrying("response.in_progress", response("in_progress", List.of())));
        List<ObjectNode> items = items();
        for (int i = 0; i < items.size() - 1; i++) {
            events.add(item("response.output_item.added", i, items.get(i)));
            events.add(item("response.output_item.done", i, items.get(i)));
        }
        int index = items.size() - 1;
        events.add(item("response.output_item.added", index, item("", "in_progress")));
        part("response.content_part.added", index, "", events);
        for (int i = 0; i < pieces.size(); i++) {
            if (directives.is("error", "mid") && i == pieces.size() / 2) {
                events.add(error());
                events.add(carrying("response.failed", response("failed", List.of())));
                return events;
            }
            events.add(delta(index, pieces.get(i)));
        }
        if (directives.text("malformed") != null) {
            events.add(utf8("event: x\ndata: {\"type\":\n\n"));
        }
        part("response.content_part.done", index, String.join("", pieces), events);
        events.add(item("response.output_item.done", index, items.getLast()));
        if (!directives.is("done", "omit")) {
            events.add(carrying("response." + status(), response(status(), items)));
        }
        return events;
    }

    /** What the provider's own tools did, and last what the model says. */
    private List<ObjectNode> items() {
        List<ObjectNode> items = new ArrayList<>();
        for (long i = 0; i < Math.min(MOST_CALLS, directives.number("searches", 0)); i++) {
            ObjectNode call =
                    JSON.createObjectNode().put("type", "web_search_call").put("id", itemId("ws") + "_" + i);
            call.put("status", "completed")
                    .putObject("action")
                    .put("type", "search")
                    .put("query", "tea");
            items.add(call);
        }
        for (long i = 0; i < Math.min(MOST_CALLS, directives.number("file-searches", 0)); i++) {
            items.add(JSON.createObjectNode().put("type", "file_search_call").put("id", itemId("fs") + "_" + i));
        }
        for (long i = 0; i < Math.min(MOST_CALLS, directives.number("containers", 0)); i++) {
            items.add(JSON.createObjectNode()
                    .put("type", "code_interpreter_call")
                    .put("id", itemId("ci") + "_" + i)
                    .put("code", "1 + 1")
                    .put("container_id", itemId("cntr") + "_" + i));
        }
        items.add(item(String.join("", pieces), "completed"));
        return items;
    }

    private ObjectNode item(String text, String status) {
        ObjectNode item = JSON.createObjectNode();
        if (callsTool) {
            return item.put("type", "function_call")
                    .put("id", itemId("fc"))
                    .put("call_id", "call_sandbox")
                    .put("name", body.path("tools").path(0).path("name").asString(""))
                    .put("arguments", text)
                    .put("status", status);
        }
        item.put("type", "message")
                .put("id", itemId("msg"))
                .put("status", status)
                .put("role", "assistant");
        ArrayNode content = item.putArray("content");
        if (!text.isEmpty()) {
            content.addObject().put("type", "output_text").put("text", text).putArray("annotations");
        }
        return item;
    }

    private ObjectNode response(String status, List<ObjectNode> items) {
        ObjectNode response = JSON.createObjectNode()
                .put("id", id)
                .put("object", "response")
                .put("created_at", 1_760_000_000L)
                .put("status", status)
                .put("background", background);
        if (status.equals("failed")) {
            response.putObject("error").put("code", "server_error").put("message", "The sandbox was told to fail.");
        } else {
            response.putNull("error");
        }
        if (status.equals("incomplete")) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        } else {
            response.putNull("incomplete_details");
        }
        response.put("model", ChatCall.dated(body.path("model").asString("")));
        ArrayNode output = response.putArray("output");
        items.forEach(output::add);
        response.put("parallel_tool_calls", true).put("service_tier", "default").put("tool_choice", "auto");
        response.putArray("tools");
        boolean over = status.equals("completed") || status.equals("incomplete");
        if (!directives.is("usage", "omit")) {
            if (over && !directives.is("usage", "null")) {
                usage(response.putObject("usage"));
            } else {
                response.putNull("usage");
            }
        }
        return response;
    }

    private void usage(ObjectNode usage) {
        boolean zero = directives.is("usage", "zero");
        long input = zero ? 0 : inputTokens;
        long output = zero ? 0 : pieces.size() + reasoningTokens;
        usage.put("input_tokens", input);
        usage.putObject("input_tokens_details").put("cached_tokens", zero ? 0 : directives.number("cache-read", 0));
        usage.put("output_tokens", output);
        usage.putObject("output_tokens_details").put("reasoning_tokens", zero ? 0 : reasoningTokens);
        usage.put("total_tokens", input + output);
    }

    private byte[] carrying(String type, ObjectNode response) {
        ObjectNode event = typed(type);
        event.set("response", response);
        return event(type, event);
    }

    private byte[] item(String type, int index, ObjectNode item) {
        ObjectNode event = typed(type).put("output_index", index);
        event.set("item", item);
        return event(type, event);
    }

    /** Texts stand in parts of messages; what functions are called with stands in none. */
    private void part(String type, int index, String text, List<byte[]> events) {
        if (!callsTool) {
            ObjectNode event = typed(type)
                    .put("item_id", itemId("msg"))
                    .put("output_index", index)
                    .put("content_index", 0);
            event.putObject("part").put("type", "output_text").put("text", text).putArray("annotations");
            events.add(event(type, event));
        }
    }

    private byte[] delta(int index, String text) {
        String type = callsTool ? "response.function_call_arguments.delta" : "response.output_text.delta";
        ObjectNode event = typed(type)
                .put("item_id", callsTool ? itemId("fc") : itemId("msg"))
                .put("output_index", index);
        if (!callsTool) {
            event.put("content_index", 0).putArray("logprobs");
        }
        return event(type, event.put("delta", text));
    }

    private byte[] error() {
        ObjectNode event = typed("error");
        event.putObject("error")
                .put("type", "server_error")
                .put("code", "sandbox_error")
                .put("message", "The sandbox was told to fail.")
                .putNull("param");
        return event("error", event);
    }

    private ObjectNode typed(String type) {
        return JSON.createObjectNode().put("type", type).put("sequence_number", sequence++);
    }

    private byte[] event(String type, ObjectNode event) {
        String end = switch (String.valueOf(directives.text("eol"))) {
            case "crlf" -> "\r\n";
            case "cr" -> "\r";
            default -> "\n";
        };
        return utf8("event: " + type + end + "data: " + event + end + end);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
