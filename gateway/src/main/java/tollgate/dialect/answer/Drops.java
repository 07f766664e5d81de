package tollgate.dialect.answer;

import java.util.Arrays;

/** Ranges of an answer that do not reach the client: ascending, disjoint, merged where they touch. */
final class Drops {
    private long[] bounds = {};
    private int count;

    /** Adds a range that begins at or after the end of the last one. */
    void add(long from, long to) {
        if (count > 0 && bounds[2 * count - 1] == from) {
            bounds[2 * count - 1] = to;
            return;
        }
        if (2 * count == bounds.length) {
            bounds = Arrays.copyOf(bounds, Math.max(8, 4 * count));
        }
        bounds[2 * count] = from;
        bounds[2 * count + 1] = to;
        count++;
    }

    /** Takes back what was dropped from an offset on. */
    void retract(long from) {
        while (count > 0 && bounds[2 * count - 1] > from) {
            if (bounds[2 * count - 2] < from) {
                bounds[2 * count - 1] = from;
                return;
            }
            count--;
        }
    }

    int count() {
        return count;
    }

    long from(int index) {
        return bounds[2 * index];
    }

    long to(int index) {
        return bounds[2 * index + 1];
    }

    void forget(int first) {
        System.arraycopy(bounds, 2 * first, bounds, 0, 2 * (count - first));
        count -= first;
    }
}
