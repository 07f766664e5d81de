package tollgate.wallet;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * Asks to set money aside for one exchange.
 *
 * @param at the wallet that pays
 * @param exchange whose hold it is
 * @param generation 1; higher where a hold that was lost is placed again
 * @param min the least that will do
 * @param want what is wanted; granted where it is at most half of what is available, else that half, but never less than
 *     {@code min}; where that is above what is wanted, it has to be available and what is wanted is held
 * @param life the hold expires so long after its last renewal
 * @param maxLife no renewal carries it beyond so long after its placement
 * @param accrued what the exchange has come to already, where it is placed again
 * @param policy the organisation's policy number that the caller knows
 * @param priceVersion of the rates it was planned with
 * @param currency the wallet's, as the caller expects: {@code USD} for a live key, {@code TEST} for a test one
 * @param reinstate the exchange runs already: neither funds nor state nor caps are a reason to refuse
 * @param caps what has to allow it besides
 * @param claim the name that the client gave its request; null where it gave none
 * @param observed nothing is enforced: neither funds nor a frozen wallet nor caps are a reason to refuse
 * @param risk what it may come to above what is held; null: all that it can come to is held, or will be
 * @param mostOpen a wallet with so many open holds gets no more, unless they are placed again
 */
public record Place(
        WalletAddress at,
        String exchange,
        int generation,
        Usd min,
        Usd want,
        Duration life,
        Duration maxLife,
        Usd accrued,
        long policy,
        String priceVersion,
        String currency,
        boolean reinstate,
        CapDemands caps,
        IdempotencyMark.@Nullable Claim claim,
        boolean observed,
        @Nullable Risk risk,
        int mostOpen) {
    /** Open holds that one wallet may have where nobody says otherwise. */
    public static final int USUAL_MOST_OPEN = 100_000;

    /**
     * Less is held than the exchange can come to.
     *
     * @param worst the most that it can come to
     * @param maxOverrun how far past overruns of the wallet and those that its open holds allow may go together; where they
     *     would go farther, more is held
     */
    public record Risk(Usd worst, Usd maxOverrun) {}

    /** The request has no name, everything is enforced, and all that it can come to is held, or will be. */
    public Place(
            WalletAddress at,
            String exchange,
            int generation,
            Usd min,
            Usd want,
            Duration life,
            Duration maxLife,
            Usd accrued,
            long policy,
            String priceVersion,
            String currency,
            boolean reinstate,
            CapDemands caps) {
        this(
                at,
                exchange,
                generation,
                min,
                want,
                life,
                maxLife,
                accrued,
                policy,
                priceVersion,
                currency,
                reinstate,
                caps,
                null,
                false,
                null,
                USUAL_MOST_OPEN);
    }

    /** No cap applies, besides. */
    public Place(
            WalletAddress at,
            String exchange,
            int generation,
            Usd min,
            Usd want,
            Duration life,
            Duration maxLife,
            Usd accrued,
            long policy,
            String priceVersion,
            String currency,
            boolean reinstate) {
        this(
                at,
                exchange,
                generation,
                min,
                want,
                life,
                maxLife,
                accrued,
                policy,
                priceVersion,
                currency,
                reinstate,
                CapDemands.NONE);
    }
}
