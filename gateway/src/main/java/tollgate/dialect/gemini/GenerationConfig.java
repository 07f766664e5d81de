package tollgate.dialect.gemini;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.CeilingPoint;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code generationConfig}: how long and how many answers may be, and of what form. */
final class GenerationConfig {
    private static final int MOST_CANDIDATES = 128;
    private static final String AT = "generationConfig";
    private static final String CEILING = "\"maxOutputTokens\":";

    private final JsonParser parser;
    private @Nullable CeilingPoint point;
    private long candidates = 1;
    private boolean structured;
    private @Nullable String thinkingLevel;
    private long weight;

    GenerationConfig(JsonParser parser) {
        this.parser = parser;
    }

    long candidates() {
        return candidates;
    }

    boolean structured() {
        return structured;
    }

    @Nullable
    String thinkingLevel() {
        return thinkingLevel;
    }

    long weight() {
        return weight;
    }

    /** Where the ceiling is, or goes in a body whose opening brace ends at an offset. */
    CeilingPoint ceiling(int start) {
        return point != null ? point : new CeilingPoint(start, "", "\"" + AT + "\":{" + CEILING, "},", null);
    }

    /**
     * Reads the object that the parser stands on.
     *
     * @param offset where it begins
     */
    void read(int offset) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            point = new CeilingPoint(offset, "null", "{" + CEILING, "}", null);
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(AT, Value.found(parser), "an object");
        }
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), AT, seen);
            parser.nextToken();
            field(name, AT + "." + name);
        }
        if (point == null) {
            point = new CeilingPoint(offset + 1, "", CEILING, seen.isEmpty() ? "" : ",", null);
        }
    }

    private void field(String name, String at) {
        switch (name) {
            case "maxOutputTokens" -> {
                Long given = Value.count(parser, at);
                int here = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                point = new CeilingPoint(here, given == null ? "null" : parser.getString(), "", "", given);
            }
            case "candidateCount" -> {
                Long given = Value.count(parser, at);
                if (given != null && given > MOST_CANDIDATES) {
                    throw BadRequest.value(at, given.toString(), "at most " + MOST_CANDIDATES);
                }
                candidates = given == null ? 1 : given;
            }
            case "responseMimeType" -> {
                String type = Value.text(parser, at);
                structured |= type != null && !type.equals("text/plain");
            }
            // one has an underscore before it, which Google's spelling makes a capital of
            case "responseSchema", "responseJsonSchema", "ResponseJsonSchema", "responseFormat" -> {
                structured |= parser.currentToken() != JsonToken.VALUE_NULL;
                // it may stand in the prompt as well as behind it
                weight += 2 * TextWeight.of(parser);
            }
            case "responseModalities" -> modalities(at);
            case "thinkingConfig" -> thinking(at);
            default -> weight += TextWeight.of(parser);
        }
    }

    private void modalities(String at) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value(at, Value.found(parser), "an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!"TEXT".equalsIgnoreCase(Value.text(parser, at))) {
                throw BadRequest.value(at, Value.found(parser), "[\"TEXT\"]; others have no price here yet");
            }
        }
    }

    private void thinking(String at) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.camel(parser.currentName());
            parser.nextToken();
            if (name.equals("thinkingLevel")) {
                thinkingLevel = Value.text(parser, at + "." + name);
            }
            parser.skipChildren();
        }
    }
}
