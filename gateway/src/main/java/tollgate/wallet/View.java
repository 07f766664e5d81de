package tollgate.wallet;

import org.jspecify.annotations.Nullable;

/** Somebody who can be asked which server takes the writes. Used by one thread at a time; blocks. */
interface View extends AutoCloseable {
    /**
     * Asks.
     *
     * @return the server of each slot, or the one of all; null where nobody could say, or nothing newer than before
     */
    Node @Nullable [] look();

    @Override
    void close();
}
