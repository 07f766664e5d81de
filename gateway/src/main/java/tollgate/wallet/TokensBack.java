package tollgate.wallet;

import java.util.Optional;

/**
 * Tokens that a refund gives back to the bundle that its exchange took them of. Immutable.
 *
 * @param counter {@code cap:subject}
 * @param startMs of the window that they were taken in, in milliseconds since 1970; 0 for ever
 * @param tokens how many, at least 1
 */
public record TokensBack(String counter, long startMs, long tokens) {
    /** As orders keep it: {@code cap:subject,start,tokens}. */
    public String text() {
        return counter + "," + startMs + "," + tokens;
    }

    /**
     * What {@link #text} made; empty where that is empty.
     *
     * @throws IllegalArgumentException where it is something else
     */
    public static Optional<TokensBack> parse(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String[] fields = text.split(",", -1);
        if (fields.length != 3) {
            throw new IllegalArgumentException("bundle: '" + text + "' (expected: counter,start,tokens)");
        }
        return Optional.of(new TokensBack(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2])));
    }
}
