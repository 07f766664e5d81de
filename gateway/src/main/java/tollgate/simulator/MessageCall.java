package tollgate.simulator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a message request asks for, as far as the sandbox answers it.
 *
 * @param model the name the answer bears: dated, without directives
 * @param stream an event stream is asked for
 * @param ceiling most tokens of the answer
 * @param promptTokens what the prompt counts
 * @param lastText text of the last message
 * @param tool the tool to call; null where a text is the answer
 * @param thinks thinking is asked for
 * @param fast the fast mode is asked for
 * @param region where to run
 * @param stops texts that end the answer
 */
record MessageCall(
        String model,
        boolean stream,
        long ceiling,
        long promptTokens,
        String lastText,
        @Nullable String tool,
        boolean thinks,
        boolean fast,
        String region,
        List<String> stops) {
    private static final int TOKENS_PER_MESSAGE = 3;
    private static final int TOKENS_PER_IMAGE = 1_600;
    private static final int TOKENS_PER_DOCUMENT = 2_000;

    static MessageCall of(JsonNode body) {
        long prompt = read(body.path("system"), new StringBuilder());
        String last = "";
        boolean asks = false;
        for (JsonNode message : body.path("messages")) {
            StringBuilder text = new StringBuilder();
            prompt += TOKENS_PER_MESSAGE + read(message.path("content"), text);
            last = text.toString();
            asks = message.path("role").asString("").equals("user") && !hasToolResult(message.path("content"));
        }
        JsonNode tools = body.path("tools");
        for (JsonNode tool : tools) {
            prompt += Tokens.count(tool.toString());
        }
        boolean calls = asks
                && !tools.isEmpty()
                && !body.path("tool_choice").path("type").asString("").equals("none");
        List<String> stops = new ArrayList<>();
        body.path("stop_sequences").forEach(stop -> stops.add(stop.asString("")));
        String thinking = body.path("thinking").path("type").asString("disabled");
        return new MessageCall(
                dated(body.path("model").asString("")),
                body.path("stream").asBoolean(false),
                body.path("max_tokens").asLong(0),
                prompt,
                last,
                calls ? tools.path(0).path("name").asString("") : null,
                !thinking.equals("disabled"),
                body.path("speed").asString("").equals("fast"),
                body.path("inference_geo").asString("not_available"),
                stops);
    }

    private static boolean hasToolResult(JsonNode content) {
        for (JsonNode block : content) {
            if (block.path("type").asString("").equals("tool_result")) {
                return true;
            }
        }
        return false;
    }

    /** Adds the text of content; returns what it counts. */
    private static long read(JsonNode content, StringBuilder text) {
        if (content.isString()) {
            text.append(content.asString());
            return Tokens.count(content.asString());
        }
        long tokens = 0;
        for (JsonNode block : content) {
            switch (block.path("type").asString("")) {
                case "image" -> tokens += TOKENS_PER_IMAGE;
                case "document" -> tokens += TOKENS_PER_DOCUMENT;
                case "tool_result" -> tokens += read(block.path("content"), text);
                default -> {
                    String piece = block.path("text").asString("");
                    text.append(piece);
                    tokens += Tokens.count(piece);
                }
            }
        }
        return tokens;
    }

    /** Real providers answer with the dated name of an alias. */
    private static String dated(String asked) {
        int tilde = asked.indexOf('~');
        String name = tilde < 0 ? asked : asked.substring(0, tilde);
        return switch (name) {
            case "claude-haiku-4-5" -> "claude-haiku-4-5-20251001";
            case "claude-sonnet-4-5" -> "claude-sonnet-4-5-20250929";
            case "claude-opus-4-5" -> "claude-opus-4-5-20251101";
            default -> name;
        };
    }
}
