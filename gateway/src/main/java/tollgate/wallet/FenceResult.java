package tollgate.wallet;

/** What came of opening a shard. */
public sealed interface FenceResult {
    /** It is open. */
    record Opened(long epoch, long n) implements FenceResult {}

    /** Somebody else has been there in between. */
    record LostRace(String epoch, String n) implements FenceResult {}

    /** What is in this Redis belongs to another history. */
    record Foreign(String line) implements FenceResult {}

    /** No answer that says so. */
    record Unavailable(String why) implements FenceResult {}
}
