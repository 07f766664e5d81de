package tollgate.wallet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * Asks to move money into or out of a wallet; as often as it takes.
 *
 * @param at the wallet
 * @param entry id of the ledger entry: the same id is booked once
 * @param kind why
 * @param amount signed
 * @param force a debit may pass what is available
 * @param currency {@code USD}, or {@code TEST} for the sandbox's
 * @param reference a few words
 * @param actor who asked
 * @param grants the one of a grant; of a refund those that it goes back to, the rest is the wallet's own; else none
 * @param back of a refund, what it gives back to a bundle of tokens; null: nothing
 */
public record Post(
        WalletAddress at,
        String entry,
        EntryKind kind,
        Usd amount,
        boolean force,
        String currency,
        String reference,
        String actor,
        List<GrantMove> grants,
        @Nullable TokensBack back) {
    /** Of no bundle. */
    public Post(
            WalletAddress at,
            String entry,
            EntryKind kind,
            Usd amount,
            boolean force,
            String currency,
            String reference,
            String actor,
            List<GrantMove> grants) {
        this(at, entry, kind, amount, force, currency, reference, actor, grants, null);
    }

    /** Of no grant. */
    public Post(
            WalletAddress at,
            String entry,
            EntryKind kind,
            Usd amount,
            boolean force,
            String currency,
            String reference,
            String actor) {
        this(at, entry, kind, amount, force, currency, reference, actor, List.of());
    }

    /** Id of the entry that gives back what was taken for an exchange of which nothing left to the client. */
    public static String unseen(String exchange) {
        return "refund:" + exchange;
    }

    /** Copies what could change. */
    public Post {
        grants = List.copyOf(grants);
    }
}
