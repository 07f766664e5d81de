package tollgate.wallet;

/**
 * A shard as Redis has it.
 *
 * @param line the history it belongs to
 * @param run the Redis it was opened for
 * @param epoch it was opened under
 * @param n number of its last entry
 */
public record ShardState(String line, String run, long epoch, long n) {}
