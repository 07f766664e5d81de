package tollgate.proxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Allowance;
import tollgate.identity.Cap;
import tollgate.identity.Period;
import tollgate.wallet.CapDemand;
import tollgate.wallet.CapUnit;
import tollgate.wallet.CapUse;
import tollgate.wallet.PlaceResult;

/**
 * What client libraries are told of the limits above an exchange: of all that count requests, and of all that count tokens,
 * the one that has the least left. Those of a lifetime are not told: they never reset. Stateless.
 */
final class Allowances {
    private Allowances() {}

    static List<Allowance> of(IntFunction<Cap> caps, List<CapDemand> demands, PlaceResult.Placed placed) {
        if (placed.used().isEmpty()) {
            return List.of();
        }
        List<Allowance> all = new ArrayList<>();
        for (CapUse use : placed.used()) {
            CapDemand demand = demands.get(use.index());
            if (demand.unit() == CapUnit.RATE) {
                add(
                        all,
                        caps.apply(use.index()),
                        demand,
                        Math.ceilDiv(use.used(), demand.stepMs()),
                        placed.nowMs(),
                        placed.nowMs() + Math.ceilDiv(use.used(), Math.max(1, demand.limit())));
            } else {
                add(
                        all,
                        caps.apply(use.index()),
                        demand,
                        use.used(),
                        placed.nowMs(),
                        windowEnds(demand, placed.nowMs()));
            }
        }
        List<Allowance> least = new ArrayList<>(2);
        for (Allowance.Of of : Allowance.Of.values()) {
            all.stream()
                    .filter(each -> each.of() == of)
                    .min(Comparator.comparingLong(Allowance::remaining).thenComparingLong(each -> -each.resetsMs()))
                    .ifPresent(least::add);
        }
        return least;
    }

    /** Of the one that refused. */
    static List<Allowance> of(Cap cap, CapDemand demand, PlaceResult.CapReached reached) {
        List<Allowance> one = new ArrayList<>(1);
        long ends = demand.unit() != CapUnit.RATE
                ? windowEnds(demand, reached.nowMs())
                : reached.limit() == 0
                        ? reached.nowMs()
                        // the level is such that one request fits then: the others leave it after their shares
                        : reached.resetsMs() + demand.stepMs() - demand.stepMs() / reached.limit();
        add(one, cap, demand, reached.spent() + reached.held(), reached.nowMs(), ends);
        return one;
    }

    private static void add(List<Allowance> to, Cap cap, CapDemand demand, long used, long nowMs, long resetsMs) {
        Allowance.Of of = of(demand.unit());
        if (of != null && cap.period() != Period.LIFETIME) {
            to.add(new Allowance(of, demand.limit(), Math.max(0, demand.limit() - used), nowMs, resetsMs));
        }
    }

    private static Allowance.@Nullable Of of(CapUnit unit) {
        return switch (unit) {
            case REQUESTS, RATE -> Allowance.Of.REQUESTS;
            case TOKENS, TOKEN_RATE -> Allowance.Of.TOKENS;
            case USD, OPEN, BUNDLE, VOLUME -> null;
        };
    }

    private static long windowEnds(CapDemand demand, long nowMs) {
        if (demand.stepMs() > 0) {
            return (nowMs / demand.stepMs() + Period.RING) * demand.stepMs();
        }
        return nowMs < demand.endMs() ? demand.endMs() : demand.nextEndMs();
    }
}
