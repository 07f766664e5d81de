package tollgate.dialect.anthropic;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Where an image or a document is: in the request, or elsewhere.
 *
 * @param type {@code base64}, {@code text}, {@code content}, {@code url} or {@code file}, as the client wrote it
 * @param data the weight of what is in it
 */
record ContentSource(@Nullable String type, long data) {
    /** Reads the object that the parser stands on; blocks of content in it are read by the reader of all content. */
    static ContentSource read(JsonParser parser, String at, ContentReader blocks) {
        Set<String> seen = new HashSet<>();
        String type = null;
        long data = 0;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!seen.add(name)) {
                throw BadRequest.repeated(at + "." + name);
            }
            switch (name) {
                case "type" -> type = Value.text(parser, at + ".type");
                case "data" ->
                    // of what is packed the length will do: it may be megabytes
                    data += "base64".equals(type) && value == JsonToken.VALUE_STRING
                            ? parser.getStringLength()
                            : TextWeight.of(parser);
                case "content" -> blocks.content(at + ".content");
                default -> parser.skipChildren();
            }
        }
        return new ContentSource(type, data);
    }

    /** Bytes whose text cannot be weighed, at least 1 where there are any. */
    long packedBytes() {
        return "base64".equals(type) ? Math.max(1, data / 4 * 3) : 0;
    }

    /** The weight of plain text. */
    long textWeight() {
        return "text".equals(type) ? data : 0;
    }

    /** It is of one of these types; what is elsewhere is refused. */
    boolean kind(String at, String... types) {
        if (type != null && Arrays.asList(types).contains(type)) {
            return true;
        }
        String expected = String.join(", ", types);
        if ("url".equals(type) || "file".equals(type)) {
            throw new BadRequest(
                    "unbounded_input",
                    at + ".source.type",
                    at + ".source.type: '" + type + "' (expected: " + expected
                            + "; what is elsewhere cannot be bounded beforehand)");
        }
        throw BadRequest.value(at + ".source.type", type == null ? "absent" : Value.quoted(type), expected);
    }
}
