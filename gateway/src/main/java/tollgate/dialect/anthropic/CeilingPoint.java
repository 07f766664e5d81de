package tollgate.dialect.anthropic;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Splice;
import tollgate.dialect.SplicePoints;

/**
 * Where a message request can be changed: its ceiling. Usage is reported without being asked for.
 *
 * @param offset where {@code max_tokens} stands, in bytes from the start of the body; -1 for nowhere
 * @param text as the client wrote it
 * @param tokens its number
 */
record CeilingPoint(int offset, String text, long tokens) implements SplicePoints {
    @Override
    public List<Splice> splices(boolean reportUsage, @Nullable Long ceiling) {
        return offset >= 0 && ceiling != null && ceiling < tokens
                ? List.of(new Splice(offset, text, ceiling.toString()))
                : List.of();
    }
}
