package tollgate.wallet;

import tollgate.pricing.Usd;

/**
 * An exchange as Redis has it.
 *
 * @param state {@code OPEN}, {@code EXPIRED} or {@code FINAL}
 * @param wallet who pays
 * @param captured what was taken so far, or finally
 * @param fingerprint of what was counted; empty while open
 * @param caps what caps hold, or held, for it
 */
public record ExchangeState(String state, String wallet, Usd captured, String fingerprint, HeldCaps caps) {}
