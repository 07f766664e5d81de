package tollgate.wallet;

/** What came of one half of a move. */
public sealed interface MoveResult {
    /** Done, now or before. */
    record Done(long seq) implements MoveResult {}

    /** Exchanges of it are open; nothing changed. */
    record Held(long open) implements MoveResult {}

    /** Refused; nothing changed. {@code STALE}: what is there is something else than was said. */
    record Rejected(String code, String detail) implements MoveResult {}

    /** No answer that says so. */
    record Unavailable(String why) implements MoveResult {}
}
