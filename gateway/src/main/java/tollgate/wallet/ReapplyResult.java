package tollgate.wallet;

/** What came of booking an entry again. */
public sealed interface ReapplyResult {
    /**
     * Booked.
     *
     * @param differs the balance is another than the entry says: the wallet is frozen
     */
    record Booked(boolean differs) implements ReapplyResult {}

    /** Caps that hold its exchange were not named: nothing was done. */
    record OtherCaps(HeldCaps caps) implements ReapplyResult {}

    /** Refused, in the script's words; nothing was done. */
    record Rejected(String code, String detail) implements ReapplyResult {}
}
