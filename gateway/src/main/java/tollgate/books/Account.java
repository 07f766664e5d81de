package tollgate.books;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The accounts of double entry (I8): each ledger entry of a wallet has legs in these that come to zero. Signs are a wallet's:
 * what a wallet gains, another account loses.
 */
public enum Account {
    /** What wallets have, above zero: owed to those whose they are. */
    WALLET,
    /** What wallets owe, below zero. */
    RECEIVABLE,
    /** What exchanges came to, less what was given back. */
    REVENUE,
    /** What payment providers took in for us. */
    PSP_CLEARING,
    /** Promotional money that was given. */
    PROMO_EXPENSE,
    /** Promotional money that was never used. */
    BREAKAGE,
    /** What has left its shard and has not come into another yet: nothing, but while an organisation moves. */
    IN_TRANSIT,
    /** A person's corrections, until somebody says what they are of. */
    SUSPENSE;

    /** The name in interfaces. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Who is on the other side of a kind of entry.
     *
     * @return empty: nobody knows such a kind
     */
    static Optional<Account> against(String kind, boolean ofExchange) {
        if (ofExchange) {
            return switch (kind) {
                case "settle", "release", "overrun", "late", "expiry", "unenforced", "adjust" -> Optional.of(REVENUE);
                default -> Optional.empty();
            };
        }
        return switch (kind) {
            case "open", "top_up" -> Optional.of(PSP_CLEARING);
            case "grant" -> Optional.of(PROMO_EXPENSE);
            case "grant_expiry" -> Optional.of(BREAKAGE);
            case "refund" -> Optional.of(REVENUE);
            case "adjust" -> Optional.of(SUSPENSE);
            case "move_out", "move_in" -> Optional.of(IN_TRANSIT);
            default -> Optional.empty();
        };
    }

    /**
     * The legs of what was added to wallets.
     *
     * @param amount nano-USD, signed
     * @param owed what of it is of balances above zero
     */
    static Map<Account, Long> legs(Account against, long amount, long owed) {
        Map<Account, Long> legs = new EnumMap<>(Account.class);
        legs.put(WALLET, owed);
        legs.put(RECEIVABLE, Math.subtractExact(amount, owed));
        legs.merge(against, Math.negateExact(amount), Math::addExact);
        return legs;
    }
}
