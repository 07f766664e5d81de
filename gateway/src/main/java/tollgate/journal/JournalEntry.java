package tollgate.journal;

import tollgate.wallet.Settle;

/**
 * One settlement and the usage record that goes with it: written in one piece, retired in one piece. Immutable.
 *
 * @param settle what the wallet is told, as often as it takes
 * @param usage what SQL is told
 */
public record JournalEntry(Settle settle, UsageRecord usage) {
    /** The exchange it settles. */
    public String exchange() {
        return settle.exchange();
    }
}
