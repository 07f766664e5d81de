package tollgate.wallet;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the counter of a bundle of tokens is called in the place of a cap's id: its name and period, so that another period
 * begins a count of its own, and whether it is real money's. Immutable.
 *
 * @param live of real money; otherwise the sandbox's
 * @param per the period's name: {@code day}, {@code week}, {@code month} or {@code lifetime}
 * @param name of the bundle
 */
public record BundleName(boolean live, String per, String name) {
    private static final Pattern CAP = Pattern.compile("b(t?)_([a-z]+)_(\\w+)");

    /** The cap's id that it takes the place of. */
    public String cap() {
        return (live ? "b_" : "bt_") + per.toLowerCase(Locale.ROOT) + "_" + name;
    }

    /** The bundle whose counter has such an id, alone or with its subject; empty where it is a cap's. */
    public static Optional<BundleName> of(String cap) {
        int colon = cap.indexOf(':');
        Matcher read = CAP.matcher(colon < 0 ? cap : cap.substring(0, colon));
        return read.matches()
                ? Optional.of(new BundleName(read.group(1).isEmpty(), read.group(2), read.group(3)))
                : Optional.empty();
    }
}
