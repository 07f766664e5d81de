package tollgate.dialect.openai;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Splice;
import tollgate.dialect.SplicePoints;

/**
 * Where a request can be changed that is for a conversation's next message. Offsets are bytes from the start of the body.
 *
 * @param start right after the body's opening brace; an object that is not empty follows
 * @param usage the splice that makes the upstream report usage; null where the client asked for it, or no stream is
 *     wanted
 * @param ceilingName the field to set where the client gave no ceiling
 * @param ceilings the ceilings that the client gave as numbers
 * @param openCeiling where that field stands with {@code null}; -1 for nowhere
 */
record ChatSplicePoints(int start, @Nullable Splice usage, String ceilingName, List<Ceiling> ceilings, int openCeiling)
        implements SplicePoints {
    /** One ceiling as written. */
    record Ceiling(int offset, String text, long tokens) {}

    @Override
    public List<Splice> splices(boolean reportUsage, @Nullable Long ceiling) {
        List<Splice> splices = new ArrayList<>();
        if (reportUsage && usage != null) {
            splices.add(usage);
        }
        if (ceiling != null) {
            for (Ceiling given : ceilings) {
                if (given.tokens > ceiling) {
                    splices.add(new Splice(given.offset, given.text, ceiling.toString()));
                }
            }
            if (ceilings.isEmpty()) {
                splices.add(
                        openCeiling >= 0
                                ? new Splice(openCeiling, "null", ceiling.toString())
                                : new Splice(start, "", "\"" + ceilingName + "\":" + ceiling + ","));
            }
        }
        splices.sort(Comparator.comparingInt(Splice::offset));
        return splices;
    }
}
