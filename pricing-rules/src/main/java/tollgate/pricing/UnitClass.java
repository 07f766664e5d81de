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
    /** Prompt tokens read from a cache, of any modality whose cached tokens have no price of their own. */
    CACHED_INPUT("cached_input", Side.INPUT, INPUT),
    /** Prompt tokens of sound read from a cache, where the card prices them apart. */
    CACHED_AUDIO_INPUT("cached_audio_input", Side.INPUT, CACHED_INPUT),
    /** Prompt tokens of pictures read from a cache, where the card prices them apart. */
    CACHED_IMAGE_INPUT("cached_image_input", Side.INPUT, CACHED_INPUT),
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
    /** Prompt tokens of moving pictures. */
    VIDEO_INPUT("video_input", Side.INPUT, INPUT),
    /** Generated tokens of moving pictures. */
    VIDEO_OUTPUT("video_output", Side.OUTPUT, OUTPUT),
    /** Whole pictures made. */
    IMAGE("image", 1),
    /** Whole pictures read. */
    INPUT_IMAGE("input_image", 1),
    /** Pixels of pictures made. */
    PIXEL("pixel", 1),
    /** Seconds of sound. */
    AUDIO_SECOND("audio_second", 1_000),
    /** Seconds of moving pictures made. */
    VIDEO_SECOND("video_second", 1_000),
    /** Seconds of moving pictures read. */
    VIDEO_INPUT_SECOND("video_input_second", 1_000),
    /** Characters of text. */
    CHARACTER("character", 1),
    /** Seconds of a graphics processor. */
    GPU_SECOND("gpu_second", 1_000),
    /** Tokens trained on. */
    TRAINING_TOKEN("training_token", 1),
    /** Tokens of citations. */
    CITATION("citation", 1),
    /** Queries of a search or rerank model. */
    SEARCH_QUERY("search_query", 1),
    /** Requests. */
    REQUEST("request", 1),
    /** Queries of a provider's web search tool. */
    WEB_SEARCH("web_search", 1),
    /** Prompts answered with a provider's search behind them, however many queries that took. */
    GROUNDED_PROMPT("grounded_prompt", 1),
    /** Calls of a provider's search in stored files. */
    FILE_SEARCH("file_search", 1),
    /** Sessions of a provider's code interpreter or container. */
    CODE_SESSION("code_session", 1),
    /** Calls of a provider's computer tool. */
    COMPUTER_CALL("computer_call", 1),
    /** Queries of a provider's maps. */
    MAPS_QUERY("maps_query", 1),
    /** Calls of a provider's tool of another kind. */
    TOOL_CALL("tool_call", 1),
    /** Pages read. */
    PAGE("page", 1),
    /** Pages read and annotated. */
    ANNOTATED_PAGE("annotated_page", 1),
    /** Gigabytes stored, times days. */
    GB_DAY("gb_day", 1_000_000),
    /** Cached tokens stored, times hours. */
    CACHE_TOKEN_HOUR("cache_token_hour", 1_000),
    /** Months of a flat feature. */
    FEATURE_MONTH("feature_month", 1);

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
    private final int steps;

    UnitClass(String wireName, Side side, @Nullable UnitClass parent) {
        this.wireName = wireName;
        this.side = side;
        this.parent = parent;
        this.steps = 1;
    }

    UnitClass(String wireName, int steps) {
        this.wireName = wireName;
        this.side = Side.NONE;
        this.parent = null;
        this.steps = steps;
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

    /** The outermost ancestor: {@code input} or {@code output} for tokens, else the class itself. */
    public UnitClass root() {
        UnitClass at = this;
        for (UnitClass next = parent; next != null; next = next.parent) {
            at = next;
        }
        return at;
    }

    /** In how many steps a unit is counted: 1 for what comes whole, 1,000 for seconds. */
    public int steps() {
        return steps;
    }

    /** Counted in seconds: may be priced by the minute or the hour. */
    public boolean isSeconds() {
        return wireName.endsWith("_second");
    }
}
