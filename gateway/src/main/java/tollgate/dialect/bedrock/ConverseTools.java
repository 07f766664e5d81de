package tollgate.dialect.bedrock;

import java.util.HashSet;
import java.util.Set;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code toolConfig}: weighs tools that the client runs. What the provider runs itself (grounding, code) bills besides tokens,
 * at no price that is known here, and is refused.
 */
final class ConverseTools {
    /** What makes a model use tools stands in its prompt. */
    private static final int UNITS_ANY_TOOL = 1_024;
    /** Tokens that frame one tool, beyond its definition. */
    private static final int UNITS_A_TOOL = 64;

    private final JsonParser parser;
    private int count;
    private long weight;

    ConverseTools(JsonParser parser) {
        this.parser = parser;
    }

    int count() {
        return count;
    }

    long weight() {
        return count == 0 ? weight : weight + UNITS_ANY_TOOL;
    }

    /** Reads the object that the parser stands on. */
    void read(String at) {
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (!seen.add(name)) {
                throw BadRequest.repeated(at + "." + name);
            }
            if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("tools")) {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    tool(at + ".tools[" + i + "]");
                }
            } else if (name.equals("tools") && parser.currentToken() != JsonToken.VALUE_NULL) {
                throw BadRequest.value(at + ".tools", Value.found(parser), "an array");
            } else {
                weight += TextWeight.of(parser);
            }
        }
    }

    private void tool(String at) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "toolSpec" -> {
                    count++;
                    weight += UNITS_A_TOOL + TextWeight.of(parser);
                }
                case "cachePoint" -> weight += TextWeight.of(parser);
                default -> throw BadRequest.notPriced(at + "." + name);
            }
        }
    }
}
