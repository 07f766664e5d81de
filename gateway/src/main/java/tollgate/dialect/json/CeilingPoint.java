package tollgate.dialect.json;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Splice;
import tollgate.dialect.SplicePoints;

/**
 * Where a request can be changed whose upstream reports usage without being asked for: its ceiling.
 *
 * @param offset where, in bytes from the start of the body
 * @param removed the client's text that goes, possibly none
 * @param before what comes before the number
 * @param after what comes behind it
 * @param given the client's own ceiling; null: none that binds
 */
public record CeilingPoint(
        int offset,
        String removed,
        String before,
        String after,
        @Nullable Long given) implements SplicePoints {
    @Override
    public List<Splice> splices(boolean reportUsage, @Nullable Long ceiling) {
        return ceiling != null && (given == null || ceiling < given)
                ? List.of(new Splice(offset, removed, before + ceiling + after))
                : List.of();
    }
}
