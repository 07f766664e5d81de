package tollgate.dialect.openai;

import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads what may be one text, one list of token numbers, or a list of either: the {@code input} of embeddings, the {@code
 * prompt} of completions.
 */
final class PromptReader {
    /** Tokens that frame one prompt: its beginning and end. */
    private static final int UNITS_A_PROMPT = 2;

    private final JsonParser parser;
    private int prompts;
    private long weight;

    PromptReader(JsonParser parser) {
        this.parser = parser;
    }

    /** How many prompts there are, at least 1. */
    int prompts() {
        return Math.max(1, prompts);
    }

    /** The most tokens of all of them. */
    long weight() {
        return weight;
    }

    /** Reads the value that the parser stands on. */
    void read(String at) {
        switch (parser.currentToken()) {
            case VALUE_STRING -> text();
            case START_ARRAY -> list(at);
            default ->
                throw BadRequest.value(at, Value.found(parser), "a string, token numbers, or an array of either");
        }
    }

    private void text() {
        prompts++;
        weight += UNITS_A_PROMPT + TextWeight.of(parser);
    }

    private void list(String at) {
        if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            tokens(at);
            return;
        }
        for (int i = 0; parser.currentToken() != JsonToken.END_ARRAY; i++) {
            switch (parser.currentToken()) {
                case VALUE_STRING -> text();
                case START_ARRAY -> {
                    parser.nextToken();
                    tokens(at + "[" + i + "]");
                }
                default ->
                    throw BadRequest.value(
                            at + "[" + i + "]",
                            Value.found(parser),
                            "a string or an array of token numbers, as the first");
            }
            parser.nextToken();
        }
    }

    /** Reads token numbers up to the end of their array. */
    private void tokens(String at) {
        prompts++;
        weight += UNITS_A_PROMPT;
        for (int i = 0; parser.currentToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw BadRequest.value(at + "[" + i + "]", Value.found(parser), "a token number");
            }
            weight++;
            parser.nextToken();
        }
    }
}
