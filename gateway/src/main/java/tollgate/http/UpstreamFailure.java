package tollgate.http;

/**
 * Why no complete answer came.
 *
 * @param kind what went wrong
 * @param detail for the operator's log; may name hosts and addresses
 */
public record UpstreamFailure(Kind kind, String detail) {
    /** What can go wrong with an upstream. */
    public enum Kind {
        UNRESOLVED,
        CONNECT_REFUSED,
        CONNECT_TIMEOUT,
        TLS,
        FIRST_BYTE_TIMEOUT,
        IDLE_TIMEOUT,
        TOTAL_TIMEOUT,
        RESET,
        MALFORMED;

        /** Whether it was time that ran out. */
        public boolean timeout() {
            return this == CONNECT_TIMEOUT
                    || this == FIRST_BYTE_TIMEOUT
                    || this == IDLE_TIMEOUT
                    || this == TOTAL_TIMEOUT;
        }
    }
}
