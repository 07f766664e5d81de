package tollgate.wallet;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks to book an entry again that SQL has and Redis lost.
 *
 * @param at the wallet; of a cap's reset, whose name its counter has: the shard and organisation alone matter
 * @param line the history it belongs to
 * @param epoch the shard's, as SQL knows
 * @param entry as it was booked
 * @param currency of the wallet
 * @param taken what was taken for its exchange up to this entry and with it, in nano-USD
 * @param kept whether somebody may still ask for the same again, so that its record is needed
 * @param moves of caps' counters
 * @param granted what it moved of grants
 * @param burnt what its exchange took of grants up to this entry and with it
 * @param overruns {@code version,nano-USD} where it changed what the wallet's overruns come to; else empty
 * @param gone exchanges whose records go with a wallet that leaves
 * @param named the name of its request, while it stands for this exchange; null where it does not
 */
public record Reapply(
        WalletAddress at,
        String line,
        long epoch,
        LedgerEntry entry,
        String currency,
        long taken,
        boolean kept,
        List<Move> moves,
        List<GrantMove> granted,
        List<GrantMove> burnt,
        String overruns,
        List<String> gone,
        @Nullable Named named) {
    /**
     * A counter that the entry moved.
     *
     * @param counter {@code cap:subject}
     * @param start of the window, or the number of the bucket of a rolling one
     * @param moved nano-USD, tokens or requests
     */
    public record Move(String counter, long start, long moved) {}

    /**
     * The name of a request.
     *
     * @param mark the name
     * @param left how long it is still remembered
     */
    public record Named(IdempotencyMark mark, Duration left) {}

    /** Copies what could change. */
    public Reapply {
        moves = List.copyOf(moves);
        granted = List.copyOf(granted);
        burnt = List.copyOf(burnt);
        gone = List.copyOf(gone);
    }

    /** The counter that the entry is about: one that was reset, or that moves to another shard; empty: it is of a wallet. */
    String counter() {
        return switch (entry.kind()) {
            case "cap_reset" -> entry.wallet();
            // mv:number:counter
            case "counter_out", "counter_in" ->
                entry.wallet().substring(entry.wallet().indexOf(':', 3) + 1);
            default -> "";
        };
    }
}
