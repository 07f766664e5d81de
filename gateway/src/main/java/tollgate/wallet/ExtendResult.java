package tollgate.wallet;

import tollgate.pricing.Usd;

/** What came of asking to set more aside for an exchange that runs. */
public sealed interface ExtendResult {
    /**
     * So much is set aside in all, now or by an earlier sending.
     *
     * @param held in all
     * @param expiresMs when it expires unless renewed, in milliseconds of Redis's clock
     * @param tokens how many tokens the caps allow in all; 0 where none applies
     * @param caps what each cap holds
     */
    record Extended(Usd held, long expiresMs, long tokens, HeldCaps caps) implements ExtendResult {}

    /** Redis knows no such hold: it was lost. */
    record NoHold() implements ExtendResult {}

    /** It expired, is settled, or has lived as long as any may: {@code EXPIRED}, {@code DONE}, {@code MAX_LIFE}. */
    record Over(String why) implements ExtendResult {}

    /**
     * Less is available than the least that will do; nothing changed.
     *
     * @param balance the money in the wallet
     * @param held what of it is set aside, for this exchange and others
     */
    record InsufficientFunds(Usd balance, Usd held) implements ExtendResult {}

    /**
     * A cap does not have the least that will do; nothing changed.
     *
     * @param index which of them
     * @param limit the most that may be spent and held, in the cap's unit
     * @param spent of it, in the window of the hold
     * @param held of it, for this exchange and others
     */
    record CapReached(int index, long limit, long spent, long held) implements ExtendResult {}

    /** A cap was changed since the caller looked; nothing changed. */
    record StaleCap(int index) implements ExtendResult {}

    /**
     * Promotional money of the wallet is over and has to be taken first ({@link Admission#expireGrants}); nothing changed.
     *
     * @param sinceMs milliseconds of Redis's clock
     */
    record GrantDue(long sinceMs) implements ExtendResult {}

    /** The wallet is frozen, closed or moving; nothing changed. */
    record WalletNotActive(String state) implements ExtendResult {}

    /** Refused, and would be again. */
    record Rejected(String code, String detail) implements ExtendResult {}

    /** No answer that says so. */
    record Unavailable(String why, boolean mayHaveHappened) implements ExtendResult {}
}
