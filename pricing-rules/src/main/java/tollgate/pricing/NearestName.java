package tollgate.pricing;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds what somebody probably meant to write. Stateless. */
public final class NearestName {
    /** Names longer than this are nobody's slip of the finger, and would take long to compare. */
    private static final int LONGEST = 64;

    private NearestName() {}

    /** The known name fewest edits away, at most {@link #most} of them, whatever its case; of equals the first in order; else null. */
    public static @Nullable String of(String written, Collection<String> known) {
        if (written.length() > LONGEST) {
            return null;
        }
        String lower = written.toLowerCase(Locale.ROOT);
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : known) {
            if (Math.abs(name.length() - written.length()) > Math.min(fewest, most(name))) {
                continue;
            }
            int edits = edits(lower, name.toLowerCase(Locale.ROOT));
            if (edits <= most(name)
                    && (edits < fewest || (edits == fewest && nearest != null && name.compareTo(nearest) < 0))) {
                nearest = name;
                fewest = edits;
            }
        }
        return nearest;
    }

    /** A third of a name may be wrong; of five letters two, since letters swapped count as two. */
    private static int most(String name) {
        return Math.max(name.length() / 3, name.length() >= 5 ? 2 : 1);
    }

    /** Levenshtein's distance, one row at a time. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
