package tollgate.proxy;

import java.util.Optional;
import java.util.Set;
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
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;
import tollgate.wallet.WalletAddress;

/**
 * Asks for an exchange's hold, and once more where what its key stands for or its windows have changed in between, or where
 * promotional money was over and had to be taken first.
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

    /** Others may be sending the same request at the same time, one after the other coming to nothing. */
    private static final int MOST_LOOKED_UP = 3;

    private static final int MOST_EXPIRIES = 2;

    private final ProxyContext context;
    private final Admission admission;
    private final Executor loop;
    private final String exchange;
    private final ExchangeCaps caps;
    private final @Nullable IdempotencyMark mark;
    private final Enforcement enforcement;
    private final Outcome outcome;
    private String after = "";
    private int lookedUp;
    private HoldPlan plan;
    private KeyIdentity key;
    private WalletAddress at;
    private int generation = 1;
    private boolean refreshed;
    private boolean windowsRefreshed;
    private int expiries;
    private boolean cancelled;

    Placement(
            ProxyContext context,
            Admission admission,
            Executor loop,
            String exchange,
            HoldPlan plan,
            Set<String> models,
            KeyIdentity key,
            @Nullable IdempotencyMark mark,
            Enforcement enforcement,
            Outcome outcome) {
        this.context = context;
        this.admission = admission;
        this.loop = loop;
        this.exchange = exchange;
        this.plan = plan;
        this.caps = new ExchangeCaps(key, plan, models);
        this.mark = mark;
        this.enforcement = enforcement;
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

    /** What the client named its request; null where it has no name. */
    @Nullable
    IdempotencyMark mark() {
        return mark;
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
        return enforcement.made(caps.tooMany());
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
        // what runs is not asked for anew, wherever its wallet may be by now: it is settled there
        refreshed = true;
        send(true, held, held, caps.held().again());
    }

    private void send(boolean again, Usd min, Usd want, CapDemands demands) {
        boolean background = plan.request().extent().kept().background();
        admission.place(
                new Place(
                        at,
                        exchange,
                        generation,
                        min,
                        want,
                        background
                                ? context.jobs().settings().life()
                                : context.holds().life(),
                        background
                                ? context.jobs().settings().longestHold()
                                : context.holds().maxExchange(),
                        Usd.ZERO,
                        key.policy(),
                        plan.rates().priceVersion(),
                        currency(),
                        again,
                        demands,
                        mark == null ? null : new IdempotencyMark.Claim(mark, after),
                        enforcement.observes(),
                        plan.mode() == HoldMode.TYPICAL
                                ? new Place.Risk(plan.worst(), context.holds().maxOverrun())
                                : null,
                        context.holds().mostOpen()),
                this::answered);
    }

    private void answered(PlaceResult result) {
        switch (result) {
            case PlaceResult.Placed placed -> {
                PlaceResult notRefused = placed.notRefused();
                if (notRefused != null) {
                    enforcement.note(refusal(notRefused));
                }
                caps.placed(placed);
                plan = plan.reserving(placed.caps().paidFor())
                        .after(placed.caps().chargedBefore());
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
                    PlaceResult.TooManyOpen _,
                    PlaceResult.CapReached _,
                    PlaceResult.Rejected _ -> outcome.refused(refusal(result));
            case PlaceResult.Repeated(String earlier) -> lookUp(earlier);
            case PlaceResult.OtherRequest(String earlier) -> outcome.refused(Refusals.otherRequest(earlier));
            case PlaceResult.StaleWindow(int _, long nowMs) -> {
                if (windowsRefreshed) {
                    outcome.refused(Refusals.held(result, plan));
                } else {
                    windowsRefreshed = true;
                    ask(nowMs);
                }
            }
            case PlaceResult.GrantDue _ -> {
                // another may become due in between
                if (expiries++ == MOST_EXPIRIES) {
                    outcome.refused(Refusals.held(result, plan));
                } else {
                    expireGrants(this::askIfWanted);
                }
            }
            // of a wallet that is not there the organisation may have moved
            case PlaceResult.StalePolicy _, PlaceResult.StaleCap _, PlaceResult.UnknownWallet _ -> {
                if (refreshed) {
                    outcome.refused(Refusals.held(result, plan));
                } else {
                    refreshKey();
                }
            }
        }
    }

    /** The client sends a request again: it may run again where the earlier one came to nothing. */
    private void lookUp(String earlier) {
        if (lookedUp++ == MOST_LOOKED_UP) {
            outcome.refused(Refusals.stillRunning(earlier));
            return;
        }
        context.outcomes()
                .of(at, earlier)
                .whenComplete((found, failure) -> loop.execute(() -> {
                    if (!cancelled) {
                        repeated(earlier, failure == null ? found : null);
                    }
                }));
    }

    private void repeated(String earlier, tollgate.account.@Nullable Outcome found) {
        switch (found) {
            case null -> outcome.refused(Refusals.outcomeUnknown(earlier));
            case tollgate.account.Outcome.Running() -> outcome.refused(Refusals.stillRunning(earlier));
            case tollgate.account.Outcome.Charged(Usd charge) ->
                outcome.refused(Refusals.alreadySettled(earlier, charge));
            case tollgate.account.Outcome.Nothing() -> {
                after = earlier;
                ask();
            }
        }
    }

    /** Takes what is over of the wallet's promotional money. */
    void expireGrants(Runnable then) {
        admission.expireGrants(at, currency(), _ -> then.run());
    }

    private void askIfWanted() {
        if (!cancelled) {
            ask();
        }
    }

    private String currency() {
        return key.live() ? "USD" : "TEST";
    }

    private Refusal refusal(PlaceResult no) {
        return no instanceof PlaceResult.CapReached reached ? caps.reached(reached) : Refusals.held(no, plan);
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
        Refusal bounds = found.map(this::outOfBounds).orElse(null);
        if (found.isEmpty()) {
            outcome.refused(Refusals.key());
        } else if (bounds != null) {
            outcome.refused(bounds);
        } else if (!plan.book().sells(found.get().plan())) {
            outcome.refused(Refusals.plan(found.get()));
        } else {
            key = found.get();
            at = address(key);
            plan = plan.soldTo(buyer(key));
            caps.resolved(key, plan);
            Refusal impossible = impossible();
            if (impossible != null) {
                outcome.refused(impossible);
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

    /** Why a key may not have the model; null where it may, or where nothing is enforced. */
    private @Nullable Refusal outOfBounds(KeyIdentity now) {
        String model = plan.request().model();
        if (!now.allows(model)) {
            return enforcement.made(Refusals.model(model));
        }
        Refusal mayNotSpend = enforcement.mayNotSpend(now);
        return mayNotSpend != null ? mayNotSpend : frozen(now, model);
    }

    /** Once the money is asked for, what may serve is decided: one of it that is frozen by now is none. */
    private @Nullable Refusal frozen(KeyIdentity now, String model) {
        for (HoldPlan each : plan.candidates()) {
            Refusal frozen = CapRefusals.frozen(now, model, each.rates().card());
            if (frozen != null) {
                return enforcement.made(frozen);
            }
        }
        return null;
    }

    /** Nobody waits for it any more. */
    void cancel() {
        cancelled = true;
    }
}
