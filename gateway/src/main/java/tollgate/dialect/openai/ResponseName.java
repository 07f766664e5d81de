package tollgate.dialect.openai;

import java.util.Arrays;
import java.util.Locale;
import tollgate.dialect.json.NameTable;

/** The names inside a response, or an event of one, that mean something to metering. */
enum ResponseName {
    ACTION,
    ARGUMENTS,
    CODE,
    CONTAINER_ID,
    CONTENT,
    DELTA,
    ENVIRONMENT,
    ERROR,
    ID,
    INPUT,
    ITEM,
    MODEL,
    NAME,
    OUTPUT,
    REFUSAL,
    RESPONSE,
    SERVICE_TIER,
    STATUS,
    SUMMARY,
    TEXT,
    TOOL_USAGE,
    TYPE,
    USAGE,
    OTHER;

    /** Every {@link #number} fits in so many bits. */
    static final int BITS = 5;

    private static final ResponseName[] ALL = values();
    private static final NameTable TABLE = new NameTable(
            Arrays.stream(ALL).map(name -> name.name().toLowerCase(Locale.ROOT)).toArray(String[]::new));

    /** The name that a raw string spells, escapes decoded; {@link #OTHER} when it is none of these. */
    static ResponseName of(byte[] raw, int length, boolean escaped) {
        int found = TABLE.find(raw, length, escaped);
        return found < 0 ? OTHER : ALL[found];
    }

    /** A small number for it, good within one process. */
    @SuppressWarnings("EnumOrdinal")
    int number() {
        return ordinal();
    }

    /** The name whose number stands in the lowest bits. */
    static ResponseName at(long number) {
        int index = (int) number & (1 << BITS) - 1;
        return index < ALL.length ? ALL[index] : OTHER;
    }
}
