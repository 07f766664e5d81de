package tollgate.simulator;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a request to generate asks for, as far as the sandbox answers it.
 *
 * @param model the name the answer bears: without directives
 * @param candidates answers asked for
 * @param ceiling most tokens of one answer; -1 for none
 * @param promptTokens what the prompt counts
 * @param lastText text of the last content
 * @param function the function to call; null where a text is the answer
 * @param json the answer is to be JSON
 */
record GeminiCall(
        String model,
        int candidates,
        long ceiling,
        long promptTokens,
        String lastText,
        @Nullable String function,
        boolean json) {
    private static final int TOKENS_A_CONTENT = 2;
    private static final int TOKENS_A_FILE = 258;

    static GeminiCall of(String model, JsonNode body) {
        StringBuilder last = new StringBuilder();
        long prompt = content(either(body, "systemInstruction", "system_instruction"), last);
        boolean asks = false;
        JsonNode contents = body.path("contents");
        for (JsonNode content : contents.isArray()
                ? contents
                : JsonMapper.shared().createArrayNode().add(contents)) {
            last.setLength(0);
            prompt += TOKENS_A_CONTENT + content(content, last);
            asks = !content.toString().contains("functionResponse");
        }
        JsonNode functions = either(body.path("tools").path(0), "functionDeclarations", "function_declarations");
        prompt += functions.isEmpty() ? 0 : Tokens.count(functions.toString());
        JsonNode config = either(body, "generationConfig", "generation_config");
        return new GeminiCall(
                ChatCall.plain(model),
                Math.clamp(either(config, "candidateCount", "candidate_count").asInt(1), 1, 8),
                either(config, "maxOutputTokens", "max_output_tokens").asLong(-1),
                prompt,
                last.toString(),
                asks && !functions.isEmpty() ? functions.path(0).path("name").asString("") : null,
                either(config, "responseMimeType", "response_mime_type")
                        .asString("")
                        .equals("application/json"));
    }

    static JsonNode either(JsonNode node, String name, String otherwise) {
        return node.has(name) ? node.path(name) : node.path(otherwise);
    }

    /** Adds the text of a content; returns what it counts. */
    static long content(JsonNode content, StringBuilder text) {
        long tokens = 0;
        JsonNode parts = content.path("parts");
        if (parts.isObject()) {
            return part(parts, text);
        }
        for (JsonNode part : parts) {
            tokens += part(part, text);
        }
        return tokens;
    }

    private static long part(JsonNode part, StringBuilder text) {
        if (part.has("text")) {
            String piece = part.path("text").asString("");
            text.append(piece);
            return Tokens.count(piece);
        }
        JsonNode answered =
                either(part, "functionResponse", "function_response").path("response");
        if (!answered.isMissingNode()) {
            text.append(answered.path("result").asString(answered.toString()));
            return Tokens.count(answered.toString());
        }
        return TOKENS_A_FILE;
    }
}
