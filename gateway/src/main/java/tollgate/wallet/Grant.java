package tollgate.wallet;

import tollgate.pricing.Usd;

/**
 * Promotional money of a wallet: part of its balance, spent before its own money.
 *
 * @param id its name in the ledger
 * @param priority what is spent first has the lowest, 0 to 100
 * @param expiresMs when it is over; {@link GrantMove#NEVER_MS} for never
 * @param rest what is left of it
 */
public record Grant(String id, int priority, long expiresMs, Usd rest) {}
