package tollgate.dialect.bedrock;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.CeilingPoint;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads an object of settings that has the ceiling of an answer in it; knows where that is, or goes. */
final class InferenceConfig {
    private final JsonParser parser;
    private final String at;
    private final Set<String> names;
    private final String ceiling;
    private @Nullable CeilingPoint point;

    /**
     * A reader.
     *
     * @param at what the object is called
     * @param usual the name under which a ceiling is set where there is none
     * @param names every name of a ceiling in it
     */
    InferenceConfig(JsonParser parser, String at, String usual, Set<String> names) {
        this.parser = parser;
        this.at = at;
        this.names = names;
        this.ceiling = "\"" + usual + "\":";
    }

    /** Where the ceiling is, or goes in a body whose opening brace ends at an offset. */
    CeilingPoint ceiling(int start) {
        return point != null ? point : new CeilingPoint(start, "", "\"" + at + "\":{" + ceiling, "},", null);
    }

    /**
     * Reads the object that the parser stands on.
     *
     * @param offset where it begins
     */
    void read(int offset) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            point = new CeilingPoint(offset, "null", "{" + ceiling, "}", null);
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (!seen.add(names.contains(name) ? ceiling : name)) {
                throw BadRequest.repeated(at + "." + name);
            }
            parser.nextToken();
            if (names.contains(name)) {
                Long given = Value.count(parser, at + "." + name);
                int here = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                point = new CeilingPoint(here, given == null ? "null" : parser.getString(), "", "", given);
            }
            parser.skipChildren();
        }
        if (point == null) {
            point = new CeilingPoint(offset + 1, "", ceiling, seen.isEmpty() ? "" : ",", null);
        }
    }
}
