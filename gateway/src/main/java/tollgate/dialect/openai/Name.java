package tollgate.dialect.openai;

import java.util.Arrays;
import java.util.Locale;
import tollgate.dialect.json.NameTable;

/** The names inside an answer that mean something to metering. */
enum Name {
    CHOICES,
    DATA,
    DELTA,
    ERROR,
    FUNCTION_CALL,
    ID,
    MESSAGE,
    MODEL,
    RESULTS,
    ROLE,
    SERVICE_TIER,
    TEXT,
    TOOL_CALLS,
    TYPE,
    USAGE,
    X_GROQ,
    OTHER;

    /** Every {@link #number} fits in so many bits. */
    static final int BITS = 5;

    private static final Name[] ALL = values();
    private static final NameTable TABLE = new NameTable(
            Arrays.stream(ALL).map(name -> name.name().toLowerCase(Locale.ROOT)).toArray(String[]::new));

    /** The name that a raw string spells, escapes decoded; {@link #OTHER} when it is none of these. */
    static Name of(byte[] raw, int length, boolean escaped) {
        int found = TABLE.find(raw, length, escaped);
        return found < 0 ? OTHER : ALL[found];
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
