package tollgate.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** The names inside an answer that mean something to metering. */
enum Name {
    CHOICES,
    DELTA,
    ERROR,
    FUNCTION_CALL,
    ID,
    MESSAGE,
    MODEL,
    ROLE,
    SERVICE_TIER,
    TOOL_CALLS,
    TYPE,
    USAGE,
    X_GROQ,
    OTHER;

    /** Every {@link #number} fits in so many bits. */
    static final int BITS = 4;

    private static final Name[] ALL = values();
    private static final byte[][] TEXTS = Arrays.stream(ALL)
            .map(name -> name.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    /** The name that a raw string spells, escapes decoded; {@link #OTHER} when it is none of these. */
    static Name of(byte[] raw, int length, boolean escaped) {
        if (escaped) {
            byte[] decoded = Escapes.decode(raw, length).getBytes(StandardCharsets.UTF_8);
            return of(decoded, decoded.length, false);
        }
        for (int i = 0; i < TEXTS.length; i++) {
            byte[] text = TEXTS[i];
            if (text.length == length && Arrays.equals(text, 0, length, raw, 0, length)) {
                return ALL[i];
            }
        }
        return OTHER;
    }

    /** A small number for it, good within one process. */
    @SuppressWarnings("EnumOrdinal")
    int number() {
        return ordinal();
    }

    /** The name whose number stands in the lowest bits. */
    static Name at(long number) {
        return ALL[(int) number & (1 << BITS) - 1];
    }
}
