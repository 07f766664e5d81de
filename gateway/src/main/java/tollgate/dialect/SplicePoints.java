package tollgate.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where one request's body can be changed, and how. Immutable. */
public interface SplicePoints {
    /**
     * The changes to make before forwarding, ready for {@link Splice#apply}.
     *
     * @param reportUsage make the upstream report usage on a stream; no change where the client asked for it itself
     * @param ceiling the output ceiling to set in tokens per choice, lowering what the client gave; null leaves it
     */
    List<Splice> splices(boolean reportUsage, @Nullable Long ceiling);

    /** Whether an answer goes on for as long as it takes where no ceiling is said: then one always is. */
    default boolean endless() {
        return false;
    }
}
