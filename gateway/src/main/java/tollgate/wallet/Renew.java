package tollgate.wallet;

import java.time.Duration;
import tollgate.pricing.Usd;

/**
 * Asks to keep a hold alive.
 *
 * @param at the wallet that pays
 * @param exchange whose hold it is
 * @param generation as placed
 * @param accrued what the exchange has come to: captured if nobody renews any more
 * @param life the hold expires so long from now
 * @param tokens what the exchange has come to in tokens
 */
public record Renew(WalletAddress at, String exchange, int generation, Usd accrued, Duration life, long tokens) {
    /** No cap counts its tokens. */
    public Renew(WalletAddress at, String exchange, int generation, Usd accrued, Duration life) {
        this(at, exchange, generation, accrued, life, 0);
    }
}
