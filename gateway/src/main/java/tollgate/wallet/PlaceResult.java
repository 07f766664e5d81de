package tollgate.wallet;

import tollgate.pricing.Usd;

/** What came of asking to set money aside. */
public sealed interface PlaceResult {
    /**
     * Set aside, now or by an earlier sending of the same.
     *
     * @param granted how much
     * @param available what is left for others
     * @param expiresMs when it expires unless renewed, in milliseconds of Redis's clock
     */
    record Placed(Usd granted, Usd available, long expiresMs) implements PlaceResult {}

    /** The exchange is over already: a settlement overtook this. */
    record AlreadyFinal() implements PlaceResult {}

    /**
     * Less is available than the least that will do; nothing changed.
     *
     * @param balance the money in the wallet
     * @param held what of it is set aside for others
     */
    record InsufficientFunds(Usd balance, Usd held) implements PlaceResult {}

    /** The wallet is frozen, closed or moving; nothing changed. */
    record WalletNotActive(String state) implements PlaceResult {}

    /** Redis knows no such wallet; nothing changed. */
    record UnknownWallet() implements PlaceResult {}

    /**
     * The caller's policy number is an old one: what it knows of the key may be, too. Nothing changed.
     *
     * @param current the organisation's number now
     */
    record StalePolicy(long current) implements PlaceResult {}

    /** Refused, and would be again; nothing changed. */
    record Rejected(String code, String detail) implements PlaceResult {}

    /**
     * No answer that says so.
     *
     * @param why what is the matter
     * @param mayHaveHappened the money may have been set aside all the same
     */
    record Unavailable(String why, boolean mayHaveHappened) implements PlaceResult {}
}
