package tollgate.wallet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/** What came of asking to set money aside. */
public sealed interface PlaceResult {
    /**
     * Set aside, now or by an earlier sending of the same.
     *
     * @param granted how much
     * @param available what is left for others
     * @param expiresMs when it expires unless renewed, in milliseconds of Redis's clock
     * @param tokens how many tokens the caps allow; 0 where none applies
     * @param caps what each cap holds for it
     * @param used what is used of the caps that count tokens or requests; empty where an earlier sending placed it
     * @param notRefused why it would have been refused; null: it would not
     * @param nowMs Redis's clock
     */
    record Placed(
            Usd granted,
            Usd available,
            long expiresMs,
            long tokens,
            HeldCaps caps,
            List<CapUse> used,
            @Nullable PlaceResult notRefused,
            long nowMs)
            implements PlaceResult {
        /** Copies what could change. */
        public Placed {
            used = List.copyOf(used);
        }
    }

    /** The exchange is over already: a settlement overtook this. */
    record AlreadyFinal() implements PlaceResult {}

    /**
     * Less is available than the least that will do; nothing changed.
     *
     * @param balance the money in the wallet
     * @param held what of it is set aside for others
     */
    record InsufficientFunds(Usd balance, Usd held) implements PlaceResult {}

    /** The wallet is frozen, closed or moving; nothing changed. */
    record WalletNotActive(String state) implements PlaceResult {}

    /**
     * The wallet has as many open holds as it may have; nothing changed.
     *
     * @param open how many
     */
    record TooManyOpen(long open) implements PlaceResult {}

    /** Redis knows no such wallet; nothing changed. */
    record UnknownWallet() implements PlaceResult {}

    /**
     * The caller's policy number is an old one: what it knows of the key may be, too. Nothing changed.
     *
     * @param current the organisation's number now
     */
    record StalePolicy(long current) implements PlaceResult {}

    /**
     * A cap does not have the least that will do; nothing changed.
     *
     * @param index which of the demands
     * @param limit the most that may be spent and held, in the cap's unit
     * @param spent of it, in the window that now is in
     * @param held of it for others
     * @param resetsMs when enough is free again, in milliseconds of Redis's clock: {@link CapDemand#NEVER_MS} for never, 0
     *     where what is held for others is alone in the way
     * @param nowMs Redis's clock
     */
    record CapReached(int index, long limit, long spent, long held, long resetsMs, long nowMs) implements PlaceResult {}

    /** A cap was changed or removed since the caller looked; nothing changed. */
    record StaleCap(int index) implements PlaceResult {}

    /**
     * Neither of a cap's two windows is now; nothing changed.
     *
     * @param nowMs Redis's clock
     */
    record StaleWindow(int index, long nowMs) implements PlaceResult {}

    /**
     * The client has sent this request before, under the same name; nothing changed.
     *
     * @param exchange what it was then
     */
    record Repeated(String exchange) implements PlaceResult {}

    /**
     * The client has sent another request under the same name; nothing changed.
     *
     * @param exchange what that was
     */
    record OtherRequest(String exchange) implements PlaceResult {}

    /**
     * Promotional money of the wallet is over and has to be taken first ({@link Admission#expireGrants}); nothing changed.
     *
     * @param sinceMs milliseconds of Redis's clock
     */
    record GrantDue(long sinceMs) implements PlaceResult {}

    /** Refused, and would be again; nothing changed. */
    record Rejected(String code, String detail) implements PlaceResult {}

    /**
     * No answer that says so.
     *
     * @param why what is the matter
     * @param mayHaveHappened the money may have been set aside all the same
     */
    record Unavailable(String why, boolean mayHaveHappened) implements PlaceResult {}
}
