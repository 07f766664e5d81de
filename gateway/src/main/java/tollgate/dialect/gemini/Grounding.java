package tollgate.dialect.gemini;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * What the provider searched for an answer: billed beside its tokens, by the grounded prompt up to Gemini 2.5 and by the
 * query from Gemini 3 on (ai.google.dev/gemini-api/docs/pricing). Pieces of a stream repeat it; the fullest one counts.
 */
final class Grounding {
    /** Nobody bounds how often a model searches; more than this for one answer was not seen. */
    private static final long MOST_QUERIES = 32;

    private long queries;
    private boolean places;

    /** One piece had so many queries of the web, and found places. */
    void seen(long inPiece, boolean placesInPiece) {
        queries = Math.max(queries, inPiece);
        places |= placesInPiece;
    }

    /** What is billed for it. */
    Usage usage(@Nullable String model) {
        Usage.Builder usage = Usage.builder();
        if (queries > 0) {
            boolean prompt = isByPrompt(model);
            usage.set(prompt ? UnitClass.GROUNDED_PROMPT : UnitClass.WEB_SEARCH, prompt ? 1 : queries);
        }
        if (places) {
            usage.set(UnitClass.MAPS_QUERY, 1);
        }
        return usage.build();
    }

    /** The most that a request can come to which lets a model search the web. */
    static Map<UnitClass, Long> mostSearches(String model) {
        return isByPrompt(model) ? Map.of(UnitClass.GROUNDED_PROMPT, 1L) : Map.of(UnitClass.WEB_SEARCH, MOST_QUERIES);
    }

    private static boolean isByPrompt(@Nullable String model) {
        return model != null
                && (model.startsWith("gemini-1")
                        || model.startsWith("gemini-2")
                        || model.startsWith("gemini-flash")
                        || model.startsWith("gemini-pro")
                        || model.startsWith("gemini-robotics"));
    }
}
