package tollgate.dialect.answer;

import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.Jackson;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the error object that an upstream put into an answer. */
public final class ErrorObject {
    private static final int LONGEST = 64;

    private ErrorObject() {}

    /**
     * Whether the error object of a document, or of a list of one, has a field that says something.
     *
     * @param said by a field's name and its text; of a field of one of its details the name is {@code details.name}
     */
    public static boolean says(byte[] document, BiPredicate<String, String> said) {
        try (JsonParser parser = Jackson.parser(document, 0, document.length)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                first = parser.nextToken();
            }
            while (first == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean error = parser.currentName().equals("error");
                if (parser.nextToken() == JsonToken.START_OBJECT && error) {
                    return anyField(parser, "", said);
                }
                parser.skipChildren();
            }
        } catch (JacksonException noDocument) {
            return false;
        }
        return false;
    }

    private static boolean anyField(JsonParser error, String prefix, BiPredicate<String, String> said) {
        boolean any = false;
        while (error.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = error.currentName();
            JsonToken value = error.nextToken();
            if (value == JsonToken.VALUE_STRING) {
                any |= said.test(prefix + name, error.getString());
            } else if (value == JsonToken.START_ARRAY && prefix.isEmpty() && name.equals("details")) {
                any |= anyDetail(error, said);
            } else {
                error.skipChildren();
            }
        }
        return any;
    }

    private static boolean anyDetail(JsonParser details, BiPredicate<String, String> said) {
        boolean any = false;
        for (JsonToken next = details.nextToken();
                next != JsonToken.END_ARRAY && next != null;
                next = details.nextToken()) {
            if (next == JsonToken.START_OBJECT) {
                any |= anyField(details, "details.", said);
            } else {
                details.skipChildren();
            }
        }
        return any;
    }

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
