package tollgate.wallet;

import tollgate.pricing.Usd;

/**
 * States what an exchange comes to, finally and absolutely; as often as it takes.
 *
 * @param at the wallet that pays
 * @param exchange what is settled
 * @param fingerprint of what was counted: another one for the same exchange is a conflict
 * @param total what the wallet pays in all
 * @param estimated some of it was not reported by the upstream
 * @param reference a few words for the ledger entry: service and model
 */
public record Settle(
        WalletAddress at, String exchange, String fingerprint, Usd total, boolean estimated, String reference) {}
