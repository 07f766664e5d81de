package tollgate.books;

import java.util.Locale;

/**
 * What a move of an organisation does, in this order. Each is said in the log at DEBUG once it is done; a gateway may die behind
 * any of them.
 */
enum RelocationStep {
    /** The old shard admits nothing new of it. */
    STOPPED,
    /** The books know that nothing was open, and that it leaves. */
    LEFT_TO_GO,
    /** A wallet has left its shard. */
    WALLET_OUT,
    /** A counter has. */
    COUNTER_OUT,
    /** The books say that it is in the new shard. */
    SWITCHED,
    /** The new shard admits nothing under what was known before. */
    STOPPED_THERE,
    /** A counter has come in. */
    COUNTER_IN,
    /** A wallet has. */
    WALLET_IN,
    /** Resets and removals of caps, and states of wallets, are told again. */
    RETOLD,
    /** Names of requests stand for their exchanges again. */
    MARKED,
    /** The books say that it is served. */
    DONE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
