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

    /** Takes promotional money that is over, as far as it is not held; nothing where none is due. */
    void expireGrants(WalletAddress at, String currency, Consumer<PostResult> then);

    /** Keeps a hold alive. */
    void renew(Renew renew, Consumer<RenewResult> then);

    /** Sets more aside for an exchange that runs. */
    void extend(Extend extend, Consumer<ExtendResult> then);

    /** Settles. */
    void settle(Settle settle, Consumer<SettleResult> then);
}
