package tollgate.dialect.openai;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the error object that an upstream put into an answer. */
final class ErrorObject {
    private static final int LONGEST = 64;

    /** Codes and types of errors about the account that was used (platform.openai.com/docs/guides/error-codes). */
    private static final Set<String> ACCOUNT = Set.of(
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
            "account_deactivated",
            "invalid_api_key");

    private ErrorObject() {}

    /** Whether the code or type of the error object of a document, or of a list of one, is about the account. */
    static boolean blamesAccount(byte[] document) {
        try (JsonParser parser = Jackson.parser(document, 0, document.length)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                first = parser.nextToken();
            }
            while (first == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean error = parser.currentName().equals("error");
                if (parser.nextToken() == JsonToken.START_OBJECT && error) {
                    return namesAccount(parser);
                }
                parser.skipChildren();
            }
        } catch (JacksonException noDocument) {
            return false;
        }
        return false;
    }

    private static boolean namesAccount(JsonParser error) {
        boolean blames = false;
        while (error.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = error.currentName();
            if (error.nextToken() == JsonToken.VALUE_STRING && (name.equals("code") || name.equals("type"))) {
                blames |= ACCOUNT.contains(error.getString());
            }
            error.skipChildren();
        }
        return blames;
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
