package tollgate.dialect.gemini;

import java.util.function.Consumer;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads lists of objects; where there is one alone, Google takes it without a list around it. */
final class Lists {
    private Lists() {}

    /**
     * Reads the value that the parser stands on.
     *
     * @param one reads one object, which the parser stands on, and leaves the parser on its end; takes where it is
     */
    static void read(JsonParser parser, String at, Consumer<String> one) {
        switch (parser.currentToken()) {
            case VALUE_NULL -> {}
            case START_OBJECT -> one.accept(at);
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    String here = at + "[" + i + "]";
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        throw BadRequest.value(here, Value.found(parser), "an object");
                    }
                    one.accept(here);
                }
            }
            default -> throw BadRequest.value(at, Value.found(parser), "an array of objects");
        }
    }
}
