package tollgate.pricing;

import java.util.Locale;

/**
 * Tokens of a period that are paid for already, of every class together: a free quota, or a bundle that was bought.
 * Immutable.
 *
 * @param name as charges call it: letters, digits and {@code _}. Bundles of one name and period are one count, whichever
 *     rule gives them
 * @param tokens how many there are in each period
 * @param per how long a period lasts
 */
public record TokenBundle(String name, long tokens, Per per) {
    /** How long a period lasts. */
    public enum Per {
        /** From midnight to midnight. */
        DAY,
        /** From Monday's midnight. */
        WEEK,
        /** From the first's midnight. */
        MONTH,
        /** For ever. */
        LIFETIME;

        /** The name in files and interfaces. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Checks the number. */
    public TokenBundle {
        if (tokens < 0 || tokens > Usd.MAX_NANO) {
            throw new IllegalArgumentException(name + ": tokens: " + tokens + " (expected: 0 to " + Usd.MAX_NANO + ")");
        }
    }
}
