package tollgate.proxy;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Refusal;
import tollgate.identity.Bounds;
import tollgate.identity.Cap;
import tollgate.identity.KeyIdentity;
import tollgate.metering.HoldPlan;
import tollgate.pricing.RateCard;
import tollgate.pricing.Usd;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapDemands;
import tollgate.wallet.PlaceResult;

/** What a client is told that may not spend, or not now. Stateless. */
final class CapRefusals {
    /** A model is frozen. */
    static final String MODEL_FROZEN = "model_frozen";

    private CapRefusals() {}

    /** Why a key's holder may not spend; null where it may. */
    static @Nullable Refusal mayNotSpend(KeyIdentity key) {
        return key.maySpend() ? null : standing(key.bounds().standing());
    }

    /** Why a model may not be used now, whatever name of it the request bears; null where it may. */
    static @Nullable Refusal frozen(KeyIdentity key, String asked, RateCard card) {
        return key.isFrozen(asked, card.model(), card.provider() + "/" + card.model())
                ? new Refusal(
                        403,
                        MODEL_FROZEN,
                        "model",
                        "the model '" + asked + "' is frozen: nothing new is admitted to it")
                : null;
    }

    /** The key is good, and its holder may not spend. */
    private static Refusal standing(Bounds.Standing standing) {
        return switch (standing) {
            case MOVING ->
                new Refusal(
                        503,
                        "organization_moving",
                        null,
                        "the organization's wallets are being moved; nothing was sent; try again in a few seconds");
            case ORGANIZATION_FROZEN ->
                new Refusal(403, "organization_frozen", null, "the organization is frozen: nothing new is admitted");
            case KEY_FROZEN -> new Refusal(403, "key_frozen", null, "this key is frozen: nothing new is admitted");
            case VIEWER ->
                new Refusal(
                        403, "role_may_not_spend", null, "this key's member has the role viewer, which may not spend");
            case GOOD -> throw new IllegalArgumentException("good: not a refusal");
        };
    }

    /** More caps apply than one hold can be asked of. */
    static Refusal tooMany(int count) {
        return new Refusal(
                403,
                "too_many_caps",
                null,
                count + " caps apply to this request (expected: at most " + CapDemands.MOST
                        + "): its organization has to remove some");
    }

    /** A cap does not have what the request needs. */
    static Refusal reached(Cap cap, PlaceResult.CapReached reached, HoldPlan plan) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cap", cap.id());
        details.put("scope", cap.shownScope());
        details.put("unit", cap.unit().wireName());
        details.put("per", (cap.rolling() ? "rolling " : "") + cap.period().wireName());
        details.put("limit", shown(cap, reached.limit()));
        details.put("spent", shown(cap, reached.spent()));
        details.put("held", shown(cap, reached.held()));
        details.put("needed", shown(cap, needed(cap, plan)));
        Long affordable = affordable(cap, reached.limit() - reached.spent() - reached.held(), plan);
        if (affordable != null) {
            details.put("affordable", affordable);
        }
        String counts = "the cap " + cap.id() + " of " + cap.shownScope() + " allows "
                + amount(cap, reached.limit()) + (cap.rolling() ? " in any " : " per ")
                + cap.period().wireName() + "; " + amount(cap, reached.spent()) + " are spent and "
                + amount(cap, reached.held()) + " held, and this request needs up to "
                + amount(cap, needed(cap, plan));
        if (reached.resetsMs() == 0) {
            return new Refusal(429, "cap_held", null, counts + ": try again when others end", details);
        }
        if (reached.resetsMs() >= CapDemand.NEVER_MS) {
            return new Refusal(402, "cap_reached", null, counts, details);
        }
        String resets = Instant.ofEpochMilli(reached.resetsMs()).toString();
        details.put("resets", resets);
        if (needed(cap, plan) > reached.limit()) {
            return new Refusal(429, "cap_reached", null, counts + ": more than it ever has", details);
        }
        details.put("retry_after", Math.max(1, Math.ceilDiv(reached.resetsMs() - reached.nowMs(), 1_000L)));
        return new Refusal(429, "cap_reached", null, counts + ": it has more from " + resets + " on", details);
    }

    private static long needed(Cap cap, HoldPlan plan) {
        return switch (cap.unit()) {
            case USD -> plan.min().nano();
            case TOKENS -> plan.minTokens();
            case REQUESTS -> 1;
            case CONCURRENT, RATE, TOKEN_RATE -> throw new IllegalArgumentException("told elsewhere: " + cap);
        };
    }

    private static @Nullable Long affordable(Cap cap, long left, HoldPlan plan) {
        return switch (cap.unit()) {
            case USD -> left <= 0 ? null : plan.affordableCeiling(new Usd(left));
            case TOKENS -> plan.affordableCeiling(left);
            case REQUESTS, CONCURRENT, RATE, TOKEN_RATE -> null;
        };
    }

    /** An amount of the cap, as details tell it. */
    static String shown(Cap cap, long amount) {
        return cap.unit() == Cap.Unit.USD ? new Usd(amount).toString() : Long.toString(amount);
    }

    /** The same for a sentence. */
    static String amount(Cap cap, long amount) {
        return shown(cap, amount)
                + (cap.unit() == Cap.Unit.USD ? " USD" : " " + cap.unit().wireName());
    }
}
