package tollgate.simulator;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a request to Bedrock asks for, as far as the sandbox answers it.
 *
 * @param ceiling most tokens of the answer; -1 for none
 * @param promptTokens what the prompt counts
 * @param lastText text of the last message
 * @param tool the tool to call; null where a text is the answer
 */
record BedrockCall(
        long ceiling,
        long promptTokens,
        String lastText,
        @Nullable String tool) {
    private static final int TOKENS_A_MESSAGE = 3;
    private static final int TOKENS_A_FILE = 1_000;
    private static final List<String> PROMPTS = List.of("prompt", "inputText", "message");
    private static final List<String> CEILINGS = List.of("max_gen_len", "max_tokens", "max_completion_tokens");

    /** Of a conversation. */
    static BedrockCall conversation(JsonNode body) {
        long prompt = blocks(body.path("system"), new StringBuilder());
        String last = "";
        boolean answered = false;
        for (JsonNode message : body.path("messages")) {
            StringBuilder text = new StringBuilder();
            prompt += TOKENS_A_MESSAGE + blocks(message.path("content"), text);
            last = text.toString();
            answered = message.toString().contains("\"toolResult\"");
        }
        JsonNode tools = body.path("toolConfig").path("tools");
        prompt += tools.isEmpty() ? 0 : Tokens.count(tools.toString());
        JsonNode config = body.path("inferenceConfig");
        return new BedrockCall(
                config.path("maxTokens").asLong(config.path("max_new_tokens").asLong(-1)),
                prompt,
                last,
                tools.isEmpty() || answered
                        ? null
                        : tools.path(0).path("toolSpec").path("name").asString(""));
    }

    /** Of a model in its own language. */
    static BedrockCall of(JsonNode body) {
        String prompt = PROMPTS.stream()
                .map(name -> body.path(name).asString(""))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        JsonNode messages = body.path("messages");
        String last = messages.path(messages.size() - 1).path("content").asString(prompt);
        long ceiling = Stream.concat(
                        CEILINGS.stream().map(body::path),
                        Stream.of(body.path("textGenerationConfig").path("maxTokenCount")))
                .mapToLong(given -> given.asLong(-1))
                .max()
                .orElse(-1);
        List<Prompts.Prompt> texts = body.has("texts") ? Prompts.of(body.path("texts")) : List.of();
        return new BedrockCall(ceiling, texts.isEmpty() ? Tokens.count(last) : Prompts.tokens(texts), last, null);
    }

    /** Adds the text of blocks; returns what they count. */
    private static long blocks(JsonNode blocks, StringBuilder text) {
        long tokens = 0;
        for (JsonNode block : blocks) {
            if (block.has("text")) {
                String piece = block.path("text").asString("");
                text.append(piece);
                tokens += Tokens.count(piece);
            } else if (block.has("toolResult")) {
                tokens += blocks(block.path("toolResult").path("content"), text);
            } else if (!block.has("cachePoint")) {
                tokens += TOKENS_A_FILE;
            }
        }
        return tokens;
    }
}
