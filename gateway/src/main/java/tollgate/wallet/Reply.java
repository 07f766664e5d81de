package tollgate.wallet;

import java.util.List;
import tollgate.pricing.Usd;

/** What a script returned: a word, and facts that depend on it. Immutable. */
record Reply(List<?> parts) {
    String word() {
        return text(0);
    }

    boolean is(String word) {
        return word().equals(word);
    }

    String text(int index) {
        return index < parts.size() ? String.valueOf(parts.get(index)) : "";
    }

    long number(int index) {
        return Long.parseLong(text(index));
    }

    Usd amount(int index) {
        return new Usd(number(index));
    }

    /** The script did nothing because this is not the Redis that was opened. */
    boolean fenced() {
        return is("FENCED") || is("BEHIND");
    }
}
