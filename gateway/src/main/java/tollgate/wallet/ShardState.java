package tollgate.wallet;

/**
 * A shard as Redis has it.
 *
 * @param line the history it belongs to
 * @param run the Redis it was opened for
 * @param epoch it was opened under
 * @param n number of its last entry
 * @param reinstatingMs until when only holds of open exchanges are placed, in milliseconds of Redis's clock; 0 for never
 */
public record ShardState(String line, String run, long epoch, long n, long reinstatingMs) {}
