package tollgate.config;

import java.util.Collection;
import java.util.Comparator;

/** The known name that was probably meant. Stateless. */
final class Nearest {
    private Nearest() {}

    static String of(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(name, each)))
                .filter(each -> distance(name, each) <= Math.max(2, name.length() / 3))
                .orElse(String.join(", ", known));
    }

    /** Levenshtein's: insertions, deletions and replacements from one to the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
