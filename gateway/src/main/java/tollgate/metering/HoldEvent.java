package tollgate.metering;

/** What happens to a hold: the replies to what was sent for it, and the end of its exchange. */
public enum HoldEvent {
    /** The script set the money aside (or says that it had). */
    PLACED,
    /** The script refused; nothing is set aside. */
    REFUSED,
    /** No reply to a place: a time-out, a lost connection, an error nobody knows. It may or may not be placed. */
    PLACE_UNKNOWN,
    /** A renewal was written. */
    RENEWED,
    /** No reply to a renewal. */
    RENEWAL_UNKNOWN,
    /** A renewal found no such hold. */
    HOLD_MISSING,
    /** A renewal found the hold expired, final already, or past its longest life. */
    HOLD_OVER,
    /** The money is set aside, but nothing could be forwarded. */
    NOT_FORWARDED,
    /** The exchange ended. */
    ENDED,
    /** The settlement is booked, now or before. */
    SETTLED,
    /** The settlement was refused for good. */
    SETTLE_REFUSED,
    /** No reply to the settlement in the time that the client's last byte may wait, or none at all. */
    SETTLE_UNKNOWN
}
