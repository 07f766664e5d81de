package tollgate.dialect.json;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads single values of a request, refusing what is of another type; null stands for absent everywhere. */
public final class Value {
    private static final int SHOWN = 40;

    private Value() {}

    /** A flag; null is false. */
    public static boolean bool(JsonParser parser, String param) {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw BadRequest.value(param, found(parser), "true or false");
        };
    }

    /** A text; null where it is null. */
    public static @Nullable String text(JsonParser parser, String param) {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getString();
            case VALUE_NULL -> null;
            default -> throw BadRequest.value(param, found(parser), "a string");
        };
    }

    /** A count of at least 1; null where it is null. */
    public static @Nullable Long count(JsonParser parser, String param) {
        return count(parser, param, 1);
    }

    /** A count of at least so many; null where it is null. */
    public static @Nullable Long count(JsonParser parser, String param, long least) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getStringLength() <= 15) {
            long count = new BigDecimal(parser.getString()).longValueExact();
            if (count >= least) {
                return count;
            }
        }
        throw BadRequest.value(param, found(parser), "a whole number from " + least + " to 999999999999999");
    }

    /** What the parser stands on, for a message: never longer than a few words. */
    public static String found(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> quoted(parser.getString());
            default -> shortened(parser.getString());
        };
    }

    /** A text for a message, shortened. */
    public static String quoted(String text) {
        return "'" + shortened(text) + "'";
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
