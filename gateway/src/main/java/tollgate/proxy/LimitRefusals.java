package tollgate.proxy;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tollgate.dialect.Refusal;
import tollgate.identity.Cap;
import tollgate.metering.HoldPlan;
import tollgate.wallet.CapDemand;
import tollgate.wallet.PlaceResult;

/** What a client is told that asks too often, or has too much open. Stateless. */
final class LimitRefusals {
    /** Others end at any moment. */
    private static final long OTHERS_END_MS = 500;

    private LimitRefusals() {}

    /** A limit on open exchanges, or a rate, does not have what the request needs. */
    static Refusal reached(Cap cap, PlaceResult.CapReached reached, HoldPlan plan) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cap", cap.id());
        details.put("scope", cap.shownScope());
        details.put("unit", cap.unit().wireName());
        details.put("limit", reached.limit());
        String limit = "the limit " + cap.id() + " of " + cap.shownScope() + " allows ";
        if (cap.unit() == Cap.Unit.CONCURRENT) {
            details.put("open", reached.held());
            return refusal(
                    "concurrency_limited",
                    limit + reached.limit() + " open requests at once, and " + reached.held() + " are open",
                    reached,
                    details);
        }
        details.put("per", cap.period().wireName());
        if (cap.unit() == Cap.Unit.TOKEN_RATE) {
            details.put("spent", reached.spent());
            details.put("held", reached.held());
            details.put("needed", Math.min(plan.minTokens(), Math.max(1, reached.limit())));
        }
        return refusal(
                "rate_limited",
                limit
                        + reached.limit()
                        + (cap.unit() == Cap.Unit.RATE ? " requests per " : " tokens per ")
                        + cap.period().wireName(),
                reached,
                details);
    }

    private static Refusal refusal(
            String code, String counts, PlaceResult.CapReached reached, Map<String, Object> details) {
        if (reached.limit() == 0 || reached.resetsMs() >= CapDemand.NEVER_MS) {
            return new Refusal(429, code, null, counts, details);
        }
        long waitMs = reached.resetsMs() == 0 ? OTHERS_END_MS : Math.max(1, reached.resetsMs() - reached.nowMs());
        details.put("retry_after", Math.ceilDiv(waitMs, 1_000L));
        details.put("retry_after_ms", waitMs);
        if (reached.resetsMs() > 0) {
            details.put("resets", Instant.ofEpochMilli(reached.resetsMs()).toString());
            return new Refusal(429, code, null, counts + ": try again in " + waitMs + " ms", details);
        }
        return new Refusal(429, code, null, counts + ": try again when others end", details);
    }
}
