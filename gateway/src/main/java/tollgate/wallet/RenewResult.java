package tollgate.wallet;

/** What came of asking to keep a hold alive. */
public sealed interface RenewResult {
    /** It lives until then, in milliseconds of Redis's clock. */
    record Renewed(long expiresMs) implements RenewResult {}

    /** Redis knows no such hold: it was lost. */
    record NoHold() implements RenewResult {}

    /** It expired, is settled, or has lived as long as any may: {@code EXPIRED}, {@code DONE}, {@code MAX_LIFE}. */
    record Over(String why) implements RenewResult {}

    /** Refused, and would be again. */
    record Rejected(String code, String detail) implements RenewResult {}

    /** No answer that says so. */
    record Unavailable(String why, boolean mayHaveHappened) implements RenewResult {}
}
