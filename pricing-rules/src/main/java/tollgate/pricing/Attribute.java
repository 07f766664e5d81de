package tollgate.pricing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rate can depend on besides class and model: conditions of {@code variants}. */
public enum Attribute {
    /** Of pictures: {@code 1024x1024}. */
    SIZE,
    /** Of pictures and sound: {@code hd}. */
    QUALITY,
    /** How much a search reads: {@code low}, {@code medium}, {@code high}. */
    SEARCH_CONTEXT,
    /** Of moving pictures: {@code 1080p}. */
    RESOLUTION,
    /** Of training: {@code supervised}. */
    METHOD,
    /** What a training runs on: {@code h100}. */
    HARDWARE,
    /** Of a tool or a feature. */
    KIND,
    /** The service tier. */
    TIER;

    private static final Map<String, Attribute> BY_NAME = new HashMap<>();

    static {
        for (Attribute attribute : values()) {
            BY_NAME.put(attribute.wireName(), attribute);
        }
    }

    /** The attribute of a name in rate cards; null where none has it. */
    public static @Nullable Attribute of(String wireName) {
        return BY_NAME.get(wireName);
    }

    /** The name in rate cards: {@code search_context}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
