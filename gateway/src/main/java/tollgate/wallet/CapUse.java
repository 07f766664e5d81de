package tollgate.wallet;

import java.util.ArrayList;
import java.util.List;

/**
 * What is used of one cap that counts tokens or requests, this exchange included, as its place found it. Immutable.
 *
 * @param index which of the demands
 * @param used spent and held, in the cap's unit; of a rate of requests its level: each request adds the milliseconds of the
 *     period, and each millisecond takes the limit off
 */
public record CapUse(int index, long used) {
    /** Reads {@code i,used;…}, the first being 1. */
    static List<CapUse> of(String text) {
        List<CapUse> all = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            int comma = part.indexOf(',');
            all.add(new CapUse(
                    Integer.parseInt(part.substring(0, comma)) - 1, Long.parseLong(part.substring(comma + 1))));
        }
        return all;
    }
}
