package tollgate.wallet;

import tollgate.pricing.Usd;

/** What came of moving money. */
public sealed interface PostResult {
    /** Booked, now or by an earlier sending of the same. */
    record Posted(Usd balance, long seq, long epoch, long n) implements PostResult {}

    /** It is booked, but the server could not say in time that it is on its disk: asked again, it says so once it is. */
    record NotOnDisk(Usd balance, String why) implements PostResult {}

    /** Less is available than was to be taken; nothing changed. */
    record InsufficientFunds(Usd balance, Usd held) implements PostResult {}

    /** Refused, and would be again; nothing changed. */
    record Rejected(String code, String detail) implements PostResult {}

    /** No answer that says so. */
    record Unavailable(String why, boolean mayHaveHappened) implements PostResult {}
}
