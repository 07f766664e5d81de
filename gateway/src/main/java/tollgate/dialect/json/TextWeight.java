package tollgate.dialect.json;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Weighs what a model may be made to read: an upper bound of the tokens in a part of a request.
 *
 * <p>The weight of a value is the length of its shortest JSON text in UTF-8: a token of a byte-pair vocabulary covers
 * at least one byte, and providers render definitions no longer than JSON does (wire-formats §12).
 */
public final class TextWeight {
    private TextWeight() {}

    /** Weighs the value that the parser stands on, and leaves the parser on its last token. */
    public static long of(JsonParser parser) {
        long weight = 0;
        int depth = 0;
        JsonToken token = parser.currentToken();
        while (true) {
            weight += switch (token) {
                case START_OBJECT, START_ARRAY -> 3;
                case PROPERTY_NAME -> name(parser);
                case VALUE_STRING -> utf8(parser) + 3;
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE, VALUE_NULL ->
                    parser.getStringLength() + 1;
                default -> 0;
            };
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            }
            if (depth == 0) {
                return weight;
            }
            token = parser.nextToken();
        }
    }

    /** Weighs the property name that the parser stands on. */
    public static long name(JsonParser parser) {
        return utf8(parser) + 3;
    }

    private static long utf8(JsonParser parser) {
        char[] text = parser.getStringCharacters();
        int from = parser.getStringOffset();
        int to = from + parser.getStringLength();
        long bytes = (long) to - from;
        for (int i = from; i < to; i++) {
            char c = text[i];
            if (c >= 0x80) {
                bytes += c < 0x800 ? 1 : 2;
                if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text[i + 1])) {
                    // Three bytes and one: a pair is four. A half alone is sent as a replacement character: three.
                    i++;
                }
            }
        }
        return bytes;
    }
}
