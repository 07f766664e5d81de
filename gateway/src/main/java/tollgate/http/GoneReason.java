package tollgate.http;

/** Why a client is no longer there. */
public enum GoneReason {
    /** It closed its connection, or reset its stream. */
    LEFT,
    /** It took none of the bytes waiting for it for longer than the listener allows. */
    STALLED,
    /** Its request's body did not arrive in time, or its framing broke; it has been answered. */
    BAD_BODY
}
