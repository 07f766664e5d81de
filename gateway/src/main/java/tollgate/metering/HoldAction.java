package tollgate.metering;

/** What is to be done about a hold after an event. */
public enum HoldAction {
    /** Nothing. */
    NOTHING,
    /** Forward the request: it is paid for. */
    FORWARD,
    /** Refuse the request; nothing is set aside, and nothing has to be undone. */
    REFUSE,
    /** Refuse the request if its client is still there, and settle at 0: the money may have been set aside. */
    RELEASE,
    /** Place the hold once more, as its next generation. */
    PLACE_AGAIN,
    /** End the exchange: it runs without money set aside. What it came to is settled late. */
    STOP,
    /** Settle at the final total: the journal first, then the script. */
    SETTLE,
    /** Let the client's last byte go, with the balance after the settlement. */
    ANNOUNCE,
    /** Let the client's last byte go without a balance: the journal stands for the settlement. */
    ANNOUNCE_WITHOUT_BALANCE
}
