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
 * @param tokens that they counted so far, or finally
 */
public record ExchangeState(String state, String wallet, Usd captured, String fingerprint, HeldCaps caps, long tokens) {
    /** Tokens of a bundle went into it: it was used, whatever it was charged. */
    public boolean usedBundle() {
        return tokens > 0 && caps.paidFor() > 0;
    }
}
