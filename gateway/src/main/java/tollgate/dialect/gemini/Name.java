package tollgate.dialect.gemini;

import java.util.Arrays;
import tollgate.dialect.json.NameTable;

/** The names inside an answer that mean something to metering. */
enum Name {
    CANDIDATES("candidates"),
    CODE("code"),
    CONTENT("content"),
    EMBEDDING("embedding"),
    EMBEDDINGS("embeddings"),
    ERROR("error"),
    EXECUTABLE_CODE("executableCode"),
    FINISH_REASON("finishReason"),
    FUNCTION_CALL("functionCall"),
    GROUNDING("groundingMetadata"),
    ID("id"),
    JSON_PATH("jsonPath"),
    MAPS("maps"),
    MODEL_VERSION("modelVersion"),
    PARTS("parts"),
    PROMPT_FEEDBACK("promptFeedback"),
    TEXT("text"),
    TOTAL_TOKENS("totalTokens"),
    USAGE("usageMetadata"),
    WEB_SEARCH_QUERIES("webSearchQueries"),
    OTHER("");

    /** Every {@link #number} fits in so many bits. */
    static final int BITS = 5;

    private static final Name[] ALL = values();
    private static final NameTable TABLE =
            new NameTable(Arrays.stream(ALL).map(name -> name.text).toArray(String[]::new));

    private final String text;

    Name(String text) {
        this.text = text;
    }

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
        int index = (int) number & (1 << BITS) - 1;
        return index < ALL.length ? ALL[index] : OTHER;
    }
}
