package tollgate.dialect;

/**
 * What is left of a limit on requests or tokens, as client libraries read it from the head of an answer. Immutable.
 *
 * @param of what it limits
 * @param limit the most there may be
 * @param remaining what is left of it, this request included
 * @param nowMs when that was so, in milliseconds since 1970
 * @param resetsMs when all of it is left again, should nobody ask meanwhile
 */
public record Allowance(Of of, long limit, long remaining, long nowMs, long resetsMs) {
    /** What is limited. */
    public enum Of {
        /** Requests. */
        REQUESTS("requests"),
        /** Tokens of every class. */
        TOKENS("tokens");

        private final String wireName;

        Of(String wireName) {
            this.wireName = wireName;
        }

        /** The word in header fields. */
        public String wireName() {
            return wireName;
        }
    }
}
