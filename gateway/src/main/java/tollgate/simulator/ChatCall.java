package tollgate.simulator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a chat request asks for, as far as the sandbox answers it.
 *
 * @param model the name the answer bears: dated, without directives
 * @param stream an event stream is asked for
 * @param usageAsked the stream is to end with a usage event
 * @param choices answers asked for
 * @param ceiling most tokens of one answer; -1 for none
 * @param promptTokens what the prompt counts
 * @param lastText text of the last message
 * @param tool the function to call; null where a text is the answer
 */
record ChatCall(
        String model,
        boolean stream,
        boolean usageAsked,
        int choices,
        long ceiling,
        long promptTokens,
        String lastText,
        @Nullable String tool) {
    private static final int TOKENS_PER_MESSAGE = 3;
    private static final int TOKENS_PER_IMAGE = 85;

    static ChatCall of(JsonNode body) {
        long prompt = 0;
        String last = "";
        String role = "";
        for (JsonNode message : body.path("messages")) {
            StringBuilder text = new StringBuilder();
            prompt += TOKENS_PER_MESSAGE + read(message.path("content"), text);
            last = text.toString();
            role = message.path("role").asString("");
        }
        JsonNode tools = body.path("tools");
        for (JsonNode tool : tools) {
            prompt += Tokens.count(tool.toString());
        }
        boolean calls = role.equals("user")
                && !tools.isEmpty()
                && !body.path("tool_choice").asString("").equals("none");
        long ceiling = body.path("max_completion_tokens")
                .asLong(body.path("max_tokens").asLong(-1));
        return new ChatCall(
                dated(body.path("model").asString("")),
                body.path("stream").asBoolean(false),
                body.path("stream_options").path("include_usage").asBoolean(false),
                Math.clamp(body.path("n").asInt(1), 1, 128),
                ceiling,
                prompt,
                last,
                calls ? tools.path(0).path("function").path("name").asString("") : null);
    }

    /** Adds the text of a message's content; returns what it counts. */
    private static long read(JsonNode content, StringBuilder text) {
        if (content.isString()) {
            text.append(content.asString());
            return Tokens.count(content.asString());
        }
        long tokens = 0;
        for (JsonNode part : content) {
            if (part.path("type").asString("").equals("image_url")) {
                tokens += TOKENS_PER_IMAGE;
            } else {
                String piece = part.path("text").asString("");
                text.append(piece);
                tokens += Tokens.count(piece);
            }
        }
        return tokens;
    }

    /** Real providers answer with the dated name of an alias. */
    static String dated(String asked) {
        String name = plain(asked);
        return switch (name) {
            case "gpt-4o" -> "gpt-4o-2024-08-06";
            case "gpt-4o-mini" -> "gpt-4o-mini-2024-07-18";
            case "gpt-4.1" -> "gpt-4.1-2025-04-14";
            case "gpt-4.1-mini" -> "gpt-4.1-mini-2025-04-14";
            default -> name;
        };
    }

    /** A model's name without directives. */
    static String plain(String asked) {
        int tilde = asked.indexOf('~');
        return tilde < 0 ? asked : asked.substring(0, tilde);
    }

    /** The names a request carries, for the sandbox's model list. */
    static List<String> models() {
        return new ArrayList<>(List.of("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini"));
    }
}
