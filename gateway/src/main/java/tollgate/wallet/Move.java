package tollgate.wallet;

import java.util.List;
import tollgate.pricing.Usd;

/**
 * One half of an organisation's move: something leaves a shard, or comes into one. Each may be sent as often as it takes.
 *
 * <p>{@code number} is the move's, above those of the organisation's earlier ones; {@code moved} what the ledger entry of the
 * other half says.
 */
public sealed interface Move {
    /** Where; of a counter the shard and organisation alone matter. */
    WalletAddress at();

    /** Whose move. */
    long number();

    /**
     * A wallet leaves, with all that it has; only if it is as the books know it, and nothing of it is open.
     *
     * @param seq number of its last entry
     * @param expired exchanges that expired and are not final: their records go, since they are settled elsewhere
     */
    record WalletOut(WalletAddress at, long number, long seq, Usd balance, List<String> expired) implements Move {
        /** Copies what could change. */
        public WalletOut {
            expired = List.copyOf(expired);
        }
    }

    /**
     * A wallet comes.
     *
     * @param seq number of the entry that took it away
     * @param version of its state
     */
    record WalletIn(
            WalletAddress at,
            long number,
            long seq,
            Usd balance,
            String currency,
            String state,
            long version,
            String moved)
            implements Move {}

    /** A counter of a cap or bundle, {@code cap:subject}, leaves; where there is none, nothing happens. */
    record CounterOut(WalletAddress at, long number, String counter) implements Move {}

    /** A counter comes; one that was reset here meanwhile stays as it is. */
    record CounterIn(WalletAddress at, long number, String counter, String moved) implements Move {}
}
