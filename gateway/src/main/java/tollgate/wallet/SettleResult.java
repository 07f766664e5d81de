package tollgate.wallet;

import tollgate.pricing.Usd;

/** What came of a settlement. */
public sealed interface SettleResult {
    /**
     * Booked, now or by an earlier sending of the same.
     *
     * @param delta what was posted, negative for money taken; beyond what an expiry had captured
     * @param balance after it
     * @param available after it
     * @param seq number of its entry in the wallet's ledger
     * @param shortfall how far below zero it took the balance
     * @param epoch of the shard
     * @param n number of its entry in the shard
     */
    record Settled(Usd delta, Usd balance, Usd available, long seq, Usd shortfall, long epoch, long n)
            implements SettleResult {}

    /** Redis knows nothing of the exchange: SQL has to be asked. */
    record NoHold() implements SettleResult {}

    /** Caps hold it that were not named: to be asked again with these. */
    record OtherCaps(HeldCaps caps) implements SettleResult {}

    /** An expiry was asked for, and the hold is not due. */
    record NotDue() implements SettleResult {}

    /** Refused, and would be again: a person has to look. */
    record Rejected(String code, String detail) implements SettleResult {}

    /** No answer that says so. */
    record Unavailable(String why, boolean mayHaveHappened) implements SettleResult {}
}
