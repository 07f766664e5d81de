package tollgate.dialect.openai;

import java.util.HashMap;
import java.util.Map;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code metadata}: the client's own labels, those that are texts, numbers or flags. */
final class Metadata {
    private Metadata() {}

    /** Reads the value that the parser stands on. */
    static Map<String, String> read(JsonParser parser) {
        Map<String, String> metadata = new HashMap<>();
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return metadata;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value("metadata", Value.found(parser), "an object");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            String value = parser.nextToken().isScalarValue() ? parser.getString() : null;
            if (value != null && parser.currentToken() != JsonToken.VALUE_NULL) {
                metadata.put(name, value);
            }
            parser.skipChildren();
        }
        return metadata;
    }
}
