package tollgate.pricing;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A class of counted units. Classes are disjoint: a token counted as {@link #CACHED_INPUT} is not counted as
 * {@link #INPUT} too, so the counts of one usage sum to the billed quantity.
 */
public enum UnitClass {
    /** Prompt tokens neither read from nor written to a cache, and of no modality with a class of its own. */
    INPUT("input", Side.INPUT, null),
    /** Prompt tokens read from a cache, of any modality. */
    CACHED_INPUT("cached_input", Side.INPUT, INPUT),
    /** Prompt tokens written to a cache whose life has no price of its own. */
    CACHE_WRITE("cache_write", Side.INPUT, INPUT),
    /** Prompt tokens written to a cache for five minutes. */
    CACHE_WRITE_5M("cache_write_5m", Side.INPUT, CACHE_WRITE),
    /** Prompt tokens written to a cache for an hour. */
    CACHE_WRITE_1H("cache_write_1h", Side.INPUT, CACHE_WRITE),
    /** Generated tokens; reasoning included, except where the card prices reasoning apart. */
    OUTPUT("output", Side.OUTPUT, null),
    /** Generated reasoning tokens, where the card prices them apart. */
    REASONING_OUTPUT("reasoning_output", Side.OUTPUT, OUTPUT),
    /** Prompt tokens of sound. */
    AUDIO_INPUT("audio_input", Side.INPUT, INPUT),
    /** Generated tokens of sound. */
    AUDIO_OUTPUT("audio_output", Side.OUTPUT, OUTPUT),
    /** Prompt tokens of pictures. */
    IMAGE_INPUT("image_input", Side.INPUT, INPUT),
    /** Generated tokens of pictures. */
    IMAGE_OUTPUT("image_output", Side.OUTPUT, OUTPUT),
    /** Whole pictures. */
    IMAGE("image", Side.NONE, null),
    /** Seconds of sound. */
    AUDIO_SECOND("audio_second", Side.NONE, null),
    /** Characters of text. */
    CHARACTER("character", Side.NONE, null),
    /** Seconds of a graphics processor. */
    GPU_SECOND("gpu_second", Side.NONE, null),
    /** Tokens trained on. */
    TRAINING_TOKEN("training_token", Side.NONE, null),
    /** Tokens of citations. */
    CITATION("citation", Side.NONE, null),
    /** Queries that a search model made. */
    SEARCH_QUERY("search_query", Side.NONE, null),
    /** Requests. */
    REQUEST("request", Side.NONE, null),
    /** Calls of a provider's web search tool. */
    WEB_SEARCH("web_search", Side.NONE, null);

    private enum Side {
        INPUT,
        OUTPUT,
        NONE
    }

    private static final Map<String, UnitClass> BY_WIRE_NAME = new HashMap<>();

    static {
        for (UnitClass unit : values()) {
            BY_WIRE_NAME.put(unit.wireName, unit);
        }
    }

    private final String wireName;
    private final Side side;
    private final @Nullable UnitClass parent;

    UnitClass(String wireName, Side side, @Nullable UnitClass parent) {
        this.wireName = wireName;
        this.side = side;
        this.parent = parent;
    }

    /**
     * The class of a name in rate cards and announcements.
     *
     * @return null where no class has the name
     */
    public static @Nullable UnitClass of(String wireName) {
        return BY_WIRE_NAME.get(wireName);
    }

    /** The name in rate cards, announcements and records: {@code cached_input}. */
    public String wireName() {
        return wireName;
    }

    /** Counts in {@code X-Total-Tokens}: tokens of a prompt or of an answer, in any modality. */
    public boolean isToken() {
        return side != Side.NONE;
    }

    /** Tokens of a prompt. */
    public boolean isInputToken() {
        return side == Side.INPUT;
    }

    /** Tokens of an answer. */
    public boolean isOutputToken() {
        return side == Side.OUTPUT;
    }

    /** The class whose rate applies where a card gives none for this one; null: then it has no price. */
    public @Nullable UnitClass parent() {
        return parent;
    }
}
