package tollgate.pricing.check;

import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One difference between two rate card files.
 *
 * @param kind what happened
 * @param model {@code provider/name}, with the first moment of its period where it has one
 * @param what the class of units and when it applies, {@code names} or {@code model}
 * @param before as it was written; empty: not there
 * @param after as it is written; empty: not there
 * @param lineBefore in the first file; 0: not there
 * @param lineAfter in the second file; 0: not there
 * @param percent by how much a rate moved, one decimal; null where that says nothing
 */
public record Change(
        Kind kind,
        String model,
        String what,
        String before,
        String after,
        int lineBefore,
        int lineAfter,
        @Nullable BigDecimal percent) {
    /** What happened. */
    public enum Kind {
        /** It is new. */
        ADDED,
        /** It is gone. */
        REMOVED,
        /** It is another. */
        CHANGED;

        /** The kind in messages: {@code added}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
