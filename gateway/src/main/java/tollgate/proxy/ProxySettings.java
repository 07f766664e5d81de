package tollgate.proxy;

import java.time.Duration;

/**
 * How exchanges are run. Immutable.
 *
 * @param requestBytes longest request body
 * @param inFlightBytes memory of all request bodies and withheld answers together
 * @param placeWait longest wait for a hold
 * @param settleWait longest time that an answer's last byte waits for the settlement's reply
 * @param trailers announce costs in trailers
 * @param sseComment announce costs in a comment inside a stream
 * @param balance announce the wallet's balance
 * @param holdBytes a whole answer longer than this is not withheld
 * @param perAddress requests a second that one address may send; 0: as many as it likes
 * @param enforce whether money, caps, limits and rights refuse; otherwise it is only noted that they would have
 */
public record ProxySettings(
        int requestBytes,
        long inFlightBytes,
        Duration placeWait,
        Duration settleWait,
        boolean trailers,
        boolean sseComment,
        boolean balance,
        int holdBytes,
        int perAddress,
        boolean enforce) {
    /** The settings of an empty configuration. */
    public static final ProxySettings DEFAULTS = new ProxySettings(
            8 << 20, 1L << 30, Duration.ofSeconds(1), Duration.ofMillis(250), true, true, true, 1 << 20, 0, true);
}
