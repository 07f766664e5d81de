package tollgate.metering;

/** How an exchange ended, as its record says it. */
public enum Ended {
    /** The answer was delivered whole. */
    COMPLETE("complete"),
    /** The client left, or took nothing any more. */
    CLIENT_GONE("client_gone"),
    /** The upstream could not be reached, or failed before the first byte of an answer's body. */
    UPSTREAM_FAILED("upstream_failed"),
    /** The upstream answered with an error. */
    UPSTREAM_REFUSED("upstream_refused"),
    /** The upstream's answer broke off. */
    UPSTREAM_CUT("upstream_cut"),
    /** The upstream answered 200 with something that is not its dialect. */
    UPSTREAM_GARBLED("upstream_garbled"),
    /** The upstream answered 200 and reported an error inside. */
    UPSTREAM_ERROR("upstream_error"),
    /** The exchange lasted longer than any may. */
    TIME_LIMIT("time_limit"),
    /** Its hold was used up, and wallet or caps had no more for it. */
    FUNDS_ENDED("funds_ended"),
    /** The hold expired or was lost while the exchange ran. */
    HOLD_LOST("hold_lost"),

    /** A defect of the gateway's own. */
    GATEWAY_FAILED("gateway_failed"),
    /** The gateway was stopped or died. */
    GATEWAY_STOPPED("gateway_stopped");

    private final String wireName;

    Ended(String wireName) {
        this.wireName = wireName;
    }

    /** The word in records: {@code client_gone}. */
    public String wireName() {
        return wireName;
    }
}
