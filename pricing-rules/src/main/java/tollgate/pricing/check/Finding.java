package tollgate.pricing.check;

import java.util.Locale;

/**
 * Something about a rate card that somebody should look at.
 *
 * @param kind what sort of thing
 * @param file the file, as it was named
 * @param line from 1; 0 where the file as a whole is meant
 * @param model the model's own name; empty where the file is meant
 * @param message what was found and what would be expected
 */
public record Finding(Kind kind, String file, int line, String model, String message) {
    /** Sorts of findings. */
    public enum Kind {
        /** The file cannot be used at all. */
        INVALID,
        /** Two cards claim the same name at the same time. */
        OVERLAP,
        /** Something is not said that then is assumed, or a time has no rates. */
        GAP,
        /** The figures are old, or of a day that is still to come. */
        STALE,
        /** A figure looks like a slip. */
        SUSPICIOUS;

        /** The kind in messages: {@code suspicious}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@code cards.yaml:12: suspicious: gpt-5: …}. */
    @Override
    public String toString() {
        String at = line > 0 ? file + ":" + line : file;
        return at + ": " + kind.label() + ": " + (model.isEmpty() ? "" : model + ": ") + message;
    }
}
