package tollgate.wallet;

import java.util.Locale;

/** Why money enters or leaves a wallet other than by an exchange. */
public enum EntryKind {
    /** The wallet is opened; no money. */
    OPEN,
    /** Money that was paid in. */
    TOP_UP,
    /** Promotional money: spent first, until it is over. */
    GRANT,
    /** Money that is given back. */
    REFUND,
    /** A correction by a person. */
    ADJUST;

    /** The word in the ledger. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
