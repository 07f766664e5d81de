package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the error object that an upstream put into an answer. */
final class ErrorObject {
    private static final int LONGEST = 64;

    private ErrorObject() {}

    /** Its code, else its type, cut to {@value #LONGEST} characters; null when it has neither. */
    static @Nullable String code(byte[] bytes, int length) {
        String code = null;
        String type = null;
        try (JsonParser parser = Jackson.parser(bytes, 0, length)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                    if (name.equals("code")) {
                        code = parser.getString();
                    } else if (name.equals("type")) {
                        type = parser.getString();
                    }
                }
                parser.skipChildren();
            }
        } catch (JacksonException unreadable) {
            return null;
        }
        String best = code != null ? code : type;
        return best == null || best.length() <= LONGEST ? best : best.substring(0, LONGEST);
    }
}
