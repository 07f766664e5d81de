package tollgate.metering;

/** How an exchange with a hold came to its end, with what decides who pays. */
public sealed interface Ending {
    /** The answer came to its proper end, and the client was there. */
    record Complete() implements Ending {}

    /**
     * It was given up between its hold and its upstream, which heard nothing of it.
     *
     * @param why the reason
     */
    record NotForwarded(Reason why) implements Ending {}

    /** Connecting, the upstream's reset or a time-out ended it before the first byte of an answer's body. */
    record UpstreamFailed() implements Ending {}

    /** The upstream answered with a status that is an error or a redirection. */
    record UpstreamRefused() implements Ending {}

    /** The answer had status 200, but was not of its dialect; the client gets a 502. */
    record UpstreamGarbled() implements Ending {}

    /**
     * The answer broke off: reset, time-out, or an end before its end.
     *
     * @param released some of the answer's body had left to the client; false: it was still withheld, and the client
     *     gets a 502 instead
     */
    record UpstreamCut(boolean released) implements Ending {}

    /**
     * The client left.
     *
     * @param requestSent the request had reached the upstream whole
     */
    record ClientGone(boolean requestSent) implements Ending {}

    /**
     * The gateway ended it.
     *
     * @param why the reason
     * @param released some of the answer's body had left to the client
     */
    record Stopped(Reason why, boolean released) implements Ending {}

    /** Why the gateway ends an exchange. */
    enum Reason {
        /** It is shutting down, or was restarted after it died. */
        SHUTDOWN(Ended.GATEWAY_STOPPED),
        /** The exchange lasted longer than any may. */
        TIME_LIMIT(Ended.TIME_LIMIT),
        /** The hold expired or was lost, or nobody knows whether it was placed. */
        HOLD_LOST(Ended.HOLD_LOST),
        /** Its hold was used up, and wallet or caps had no more for it. */
        FUNDS_ENDED(Ended.FUNDS_ENDED),
        /** A defect of its own. */
        DEFECT(Ended.GATEWAY_FAILED);

        private final Ended ended;

        Reason(Ended ended) {
            this.ended = ended;
        }

        Ended ended() {
            return ended;
        }
    }
}
