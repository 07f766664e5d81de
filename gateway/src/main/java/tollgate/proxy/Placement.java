package tollgate.proxy;

import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Refusal;
import tollgate.identity.KeyIdentity;
import tollgate.metering.HoldMode;
import tollgate.metering.HoldPlan;
import tollgate.pricing.Buyer;
import tollgate.pricing.Usd;
import tollgate.wallet.Admission;
import tollgate.wallet.CapDemands;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.WalletAddress;

/**
 * Asks for an exchange's hold, and once more where what its key stands for or its windows have changed in between.
 *
 * <h2>Threading</h2> Confined to the connection's event loop.
 */
final class Placement {
    /** What came of it: one call for each time it was asked. */
    interface Outcome {
        /** The money is set aside. */
        void placed(Usd granted);

        /** Nothing is set aside. */
        void refused(Refusal why);

        /** No reply that says: it may be set aside. */
        void unknown(Refusal why);
    }

    private final ProxyContext context;
    private final Admission admission;
    private final Executor loop;
    private final String exchange;
    private final ExchangeCaps caps;
    private final Outcome outcome;
    private HoldPlan plan;
    private KeyIdentity key;
    private WalletAddress at;
    private int generation = 1;
    private boolean refreshed;
    private boolean windowsRefreshed;
    private boolean cancelled;

    Placement(
            ProxyContext context,
            Admission admission,
            Executor loop,
            String exchange,
            HoldPlan plan,
            KeyIdentity key,
            Outcome outcome) {
        this.context = context;
        this.admission = admission;
        this.loop = loop;
        this.exchange = exchange;
        this.plan = plan;
        this.caps = new ExchangeCaps(key, plan);
        this.outcome = outcome;
        this.key = key;
        this.at = address(key);
    }

    private static WalletAddress address(KeyIdentity key) {
        return new WalletAddress(key.shard(), key.organisation(), key.wallet());
    }

    /** Who pays, as far as prices depend on it. */
    static Buyer buyer(KeyIdentity key) {
        return new Buyer(key.organisation(), key.plan());
    }

    /** What is held and at which prices, as known last. */
    HoldPlan plan() {
        return plan;
    }

    /** Who pays, as known last. */
    KeyIdentity key() {
        return key;
    }

    /** The wallet. */
    WalletAddress at() {
        return at;
    }

    /** The caps above it. */
    ExchangeCaps caps() {
        return caps;
    }

    /** Why it cannot be asked for at all; null where it can. */
    @Nullable
    Refusal impossible() {
        return caps.tooMany();
    }

    /** Asks for the first hold. */
    void ask() {
        ask(context.clock().millis());
    }

    /** Asks for the first hold, in the windows of such a time. */
    private void ask(long nowMs) {
        send(false, plan.min(), plan.want(), caps.asked(nowMs));
    }

    /** Asks for what was held already, of which Redis knows nothing any more. */
    void askAgain(int next, Usd held) {
        generation = next;
        send(true, held, held, caps.held().again());
    }

    private void send(boolean again, Usd min, Usd want, CapDemands demands) {
        admission.place(
                new Place(
                        at,
                        exchange,
                        generation,
                        min,
                        want,
                        context.holds().life(),
                        context.holds().maxExchange(),
                        Usd.ZERO,
                        key.policy(),
                        plan.rates().priceVersion(),
                        key.live() ? "USD" : "TEST",
                        again,
                        demands,
                        plan.mode() == HoldMode.TYPICAL
                                ? new Place.Risk(plan.worst(), context.holds().maxOverrun())
                                : null),
                this::answered);
    }

    private void answered(PlaceResult result) {
        switch (result) {
            case PlaceResult.Placed placed -> {
                caps.placed(placed);
                outcome.placed(placed.granted());
            }
            case PlaceResult.Unavailable(String _, boolean mayHaveHappened) -> {
                Refusal why = Refusals.held(result, plan);
                if (mayHaveHappened) {
                    outcome.unknown(why);
                } else {
                    outcome.refused(why);
                }
            }
            case PlaceResult.AlreadyFinal _,
                    PlaceResult.InsufficientFunds _,
                    PlaceResult.WalletNotActive _,
                    PlaceResult.UnknownWallet _,
                    PlaceResult.Rejected _ -> outcome.refused(Refusals.held(result, plan));
            case PlaceResult.CapReached reached -> outcome.refused(caps.reached(reached));
            case PlaceResult.StaleWindow(int _, long nowMs) -> {
                if (windowsRefreshed) {
                    outcome.refused(Refusals.held(result, plan));
                } else {
                    windowsRefreshed = true;
                    ask(nowMs);
                }
            }
            case PlaceResult.StalePolicy _, PlaceResult.StaleCap _ -> {
                if (refreshed) {
                    outcome.refused(Refusals.held(result, plan));
                } else {
                    refreshKey();
                }
            }
        }
    }

    /** Something about the keys of this organisation has changed: asks once what this one stands for now. */
    private void refreshKey() {
        refreshed = true;
        context.keys()
                .refresh(key.keyId())
                .whenComplete((found, failure) -> loop.execute(() -> {
                    if (!cancelled && failure != null) {
                        outcome.refused(Refusals.keySourceAway());
                    } else if (!cancelled) {
                        refreshed(found);
                    }
                }));
    }

    private void refreshed(Optional<KeyIdentity> found) {
        if (found.isEmpty()) {
            outcome.refused(Refusals.key());
        } else if (!found.get().allows(plan.request().model())) {
            outcome.refused(Refusals.model(plan.request().model()));
        } else if (!found.get().maySpend()) {
            outcome.refused(CapRefusals.standing(found.get().bounds().standing()));
        } else if (!plan.book().sells(found.get().plan())) {
            outcome.refused(Refusals.plan(found.get()));
        } else {
            key = found.get();
            at = address(key);
            plan = plan.soldTo(buyer(key), context.holds());
            caps.resolved(key, plan);
            Refusal tooMany = caps.tooMany();
            if (tooMany != null) {
                outcome.refused(tooMany);
            } else {
                ask();
            }
        }
    }

    /** Looks up once more which caps the key has, then goes on, whatever came of it. */
    void lookUpCaps(Runnable then) {
        context.keys()
                .refresh(key.keyId())
                .whenComplete((found, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        found.ifPresent(caps::known);
                    }
                    then.run();
                }));
    }

    /** Nobody waits for it any more. */
    void cancel() {
        cancelled = true;
    }
}
