package tollgate.wallet;

/**
 * A hold that nobody has renewed.
 *
 * @param exchange whose
 * @param organisation of the wallet; empty where the record is gone
 * @param wallet that pays; empty where the record is gone
 * @param generation as placed
 * @param expiresMs when it was due, in milliseconds of Redis's clock
 */
public record DueHold(String exchange, String organisation, String wallet, int generation, long expiresMs) {}
