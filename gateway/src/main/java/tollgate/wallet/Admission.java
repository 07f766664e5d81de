package tollgate.wallet;

import java.util.function.Consumer;

/**
 * Who sets money aside and takes it, for one event loop.
 *
 * <p>Called on the loop only. Every call is answered exactly once, on the loop, never from within the call.
 */
public interface Admission {
    /** Sets money aside. */
    void place(Place place, Consumer<PlaceResult> then);

    /** Keeps a hold alive. */
    void renew(Renew renew, Consumer<RenewResult> then);

    /** Sets more aside for an exchange that runs. */
    void extend(Extend extend, Consumer<ExtendResult> then);

    /** Settles. */
    void settle(Settle settle, Consumer<SettleResult> then);
}
