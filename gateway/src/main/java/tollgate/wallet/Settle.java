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
 * @param counted what caps count of it besides the total
 */
public record Settle(
        WalletAddress at,
        String exchange,
        String fingerprint,
        Usd total,
        boolean estimated,
        String reference,
        boolean disputed,
        Counted counted) {
    /** Nothing of it is disputed, and no cap counts it. */
    public Settle(
            WalletAddress at, String exchange, String fingerprint, Usd total, boolean estimated, String reference) {
        this(at, exchange, fingerprint, total, estimated, reference, false, Counted.NOTHING);
    }

    /** The same, in another shard: its wallet has moved. */
    public Settle in(int shard) {
        return new Settle(
                new WalletAddress(shard, at.organisation(), at.wallet()),
                exchange,
                fingerprint,
                total,
                estimated,
                reference,
                disputed,
                counted);
    }

    /** The same, with the caps that hold it. */
    public Settle holding(HeldCaps caps) {
        return new Settle(
                at,
                exchange,
                fingerprint,
                total,
                estimated,
                reference,
                disputed,
                new Counted(caps, counted.tokens, counted.came));
    }

    /**
     * What caps count of an exchange besides money.
     *
     * @param caps what they hold for it
     * @param tokens it came to, of every class
     * @param came anything came from the upstream: it counts as a request even where it cost nothing
     */
    public record Counted(HeldCaps caps, long tokens, boolean came) {
        /** No cap applied. */
        public static final Counted NOTHING = new Counted(HeldCaps.NONE, 0, false);
    }
}
