package tollgate.dialect.anthropic;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code tools}: weighs those that the client runs. What the provider runs itself (search, fetching, code, other
 * servers, advice, looking for tools) makes the model read on and on, and is refused.
 */
public final class ToolReader {
    /**
     * What makes a model use tools stands in its prompt, up to 530 tokens
     * (platform.claude.com/docs/en/agents-and-tools/tool-use/overview, pricing).
     */
    private static final int UNITS_ANY_TOOL = 1_024;
    /** Tokens that frame one tool, beyond its definition. */
    private static final int UNITS_A_TOOL = 64;
    /** The definitions that the provider keeps have 245 (bash) to 1,235 tokens (computer) today. */
    private static final int UNITS_A_PROVIDED_TOOL = 4_096;

    private static final Pattern PROVIDED = Pattern.compile("(bash|text_editor|memory|computer)_\\d{8}");

    private final JsonParser parser;
    private int count;
    private long weight;
    private long largest;

    /** A reader of what a parser stands on. */
    public ToolReader(JsonParser parser) {
        this.parser = parser;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** What they add to a prompt, in tokens at most. */
    public long weight() {
        return count == 0 ? 0 : weight + UNITS_ANY_TOOL;
    }

    /** The weight of the largest one. */
    long largest() {
        return largest;
    }

    /** Reads the array that the parser stands on; null is none. */
    public void read() {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value("tools", Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            String at = "tools[" + i + "]";
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw BadRequest.value(at, Value.found(parser), "an object");
            }
            long tool = UNITS_A_TOOL + tool(at);
            count++;
            weight += tool;
            largest = Math.max(largest, tool);
        }
    }

    private long tool(String at) {
        long weight = 3;
        boolean type = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (name.equals("type")) {
                if (type) {
                    throw BadRequest.repeated(at + ".type");
                }
                type = true;
                weight += kind(at + ".type", Value.text(parser, at + ".type"));
            }
            weight += TextWeight.of(parser);
        }
        return weight;
    }

    private static int kind(String at, @Nullable String type) {
        if (type == null || type.equals("custom")) {
            return 0;
        }
        if (PROVIDED.matcher(type).matches()) {
            return UNITS_A_PROVIDED_TOOL;
        }
        throw new BadRequest(
                "unbounded_input",
                at,
                at + ": " + Value.quoted(type)
                        + " (expected: custom, or a bash, text_editor, memory or computer tool; what others make the model"
                        + " read cannot be bounded beforehand)");
    }
}
