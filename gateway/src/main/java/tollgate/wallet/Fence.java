package tollgate.wallet;

import java.time.Duration;

/**
 * Asks to open a shard for the Redis that answers.
 *
 * @param genesis the shard has never been; otherwise it is opened again
 * @param line random at genesis: tells this history from any other
 * @param epoch the number it is opened under: one more than ever before
 * @param expectedEpoch as found
 * @param expectedN as found
 * @param noReaping no hold expires before so long has passed
 * @param reinstating only holds of open exchanges are placed before so long has passed: other gateways have some to place
 *     again
 */
public record Fence(
        boolean genesis,
        String line,
        long epoch,
        long expectedEpoch,
        long expectedN,
        Duration noReaping,
        Duration reinstating) {}
