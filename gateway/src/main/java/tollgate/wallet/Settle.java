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
 * @param disputed the upstream reported absurdly more than the total: the wallet freezes with the overrun
 */
public record Settle(
        WalletAddress at,
        String exchange,
        String fingerprint,
        Usd total,
        boolean estimated,
        String reference,
        boolean disputed) {
    /** Nothing of it is disputed. */
    public Settle(
            WalletAddress at, String exchange, String fingerprint, Usd total, boolean estimated, String reference) {
        this(at, exchange, fingerprint, total, estimated, reference, false);
    }
}
