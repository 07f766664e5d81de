package tollgate.wallet;

/** What came of setting a state or a policy number. */
public sealed interface SetResult {
    /** It is set, now or before. */
    record Done() implements SetResult {}

    /** Something newer is set already. */
    record Stale(long current) implements SetResult {}

    /** Refused, and would be again. */
    record Rejected(String code, String detail) implements SetResult {}

    /** No answer that says so. */
    record Unavailable(String why) implements SetResult {}
}
