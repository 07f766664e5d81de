package tollgate.journal;

import java.util.Map;

/**
 * Room for one exchange: its meter slot and its settlement. Confined to its event loop.
 *
 * <p>Ends with {@link #settle} followed by {@link #close}, or with {@link #close} alone where nothing was set aside.
 */
public interface Reservation {
    /** The hold is placed: from now on a killed process leaves an orphan to be settled. */
    void open(ExchangeFacts facts);

    /** The hold has grown to so many nano-USD: what it was opened with is not what the exchange is judged by. Plain stores. */
    void holds(long nano);

    /** What the bytes handed to the client's connection come to, in nano-USD. A plain store. */
    void accrued(long nano);

    /** The estimated tokens that this amount is made of. Plain stores. */
    void counted(long input, long output);

    /** The upstream has reported these units, by wire name of the class: they go before what was {@link #counted}. */
    void reported(Map<String, Long> units);

    /** When the steps were reached that are behind the exchange, in microseconds since its start. */
    void timed(Map<String, Long> timings);

    /** The first bytes of the answer are on their way to the client: from now on nothing proves that it has none. */
    void left();

    /**
     * Writes the settlement.
     *
     * @param written runs on the loop once the settlement is as safe as {@link JournalSettings#sync()} promises; from
     *     within this call where that does not wait for the disk
     */
    void settle(JournalEntry entry, Runnable written);

    /** The client has what it will get: the slot is free for another. Again: nothing happens. */
    void close();
}
