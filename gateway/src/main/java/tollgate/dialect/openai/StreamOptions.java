package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.Splice;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code stream_options}: whether the client asked for the usage of a stream, and where we can ask for it. */
final class StreamOptions {
    private static final String NAME = "stream_options";

    private final JsonParser parser;
    private boolean asked;
    private @Nullable Splice splice;

    StreamOptions(JsonParser parser) {
        this.parser = parser;
    }

    /** The client asked for it itself. */
    boolean asked() {
        return asked;
    }

    /**
     * The change that asks for it; null where the client asked.
     *
     * @param start right after the body's opening brace, for a body that has no such options
     */
    @Nullable
    Splice splice(int start) {
        if (asked) {
            return null;
        }
        Splice known = splice;
        return known == null ? new Splice(start, "", "\"" + NAME + "\":{\"include_usage\":true},") : known;
    }

    /** Reads the value that the parser stands on. */
    void read() {
        int at = offset();
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            splice = new Splice(at, "null", "{\"include_usage\":true}");
            return;
        }
        if (token != JsonToken.START_OBJECT) {
            throw BadRequest.value(NAME, Value.found(parser), "an object");
        }
        boolean empty = true;
        boolean given = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            empty = false;
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("include_usage")) {
                if (given) {
                    throw BadRequest.repeated(NAME + ".include_usage");
                }
                given = true;
                asked = Value.bool(parser, NAME + ".include_usage");
                splice = new Splice(offset(), parser.getString(), "true");
            }
            parser.skipChildren();
        }
        if (!given) {
            splice = new Splice(at + 1, "", empty ? "\"include_usage\":true" : "\"include_usage\":true,");
        }
    }

    private int offset() {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }
}
