package tollgate.dialect.json;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** The JSON parser with our limits, and exact reading of counts. */
public final class Jackson {
    /** Counts above this are taken for this: 10¹⁵ units cost more than any wallet can hold. */
    public static final long LARGEST_COUNT = 1_000_000_000_000_000L;

    private static final int LARGEST_DIGITS = 16;
    private static final int LONGEST_NUMBER = 64;
    /** Requests are bounded as a whole before they get here; only depth needs a bound of its own. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(256)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Jackson() {}

    /** A parser of a stretch of an array. */
    public static JsonParser parser(byte[] a, int offset, int length) {
        return FACTORY.createParser(ObjectReadContext.empty(), a, offset, length);
    }

    /** The exact number that the current token is or spells; null when it is none. */
    public static @Nullable BigDecimal number(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token.isScalarValue() && parser.getStringLength() > LONGEST_NUMBER) {
            return null;
        }
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            return parser.getDecimalValue();
        }
        if (token == JsonToken.VALUE_STRING) {
            try {
                return new BigDecimal(parser.getString().strip());
            } catch (NumberFormatException notANumber) {
                return null;
            }
        }
        return null;
    }

    /** A number as a count: rounded up, at most {@link #LARGEST_COUNT} either way. Never expands an exponent. */
    public static long count(BigDecimal number) {
        if (number.signum() != 0 && (long) number.precision() - number.scale() > LARGEST_DIGITS) {
            return number.signum() * LARGEST_COUNT;
        }
        if (number.scale() > LARGEST_DIGITS * 4) {
            return number.signum() > 0 ? 1 : 0;
        }
        long whole = number.setScale(0, RoundingMode.CEILING).longValueExact();
        return Math.max(-LARGEST_COUNT, Math.min(LARGEST_COUNT, whole));
    }
}
