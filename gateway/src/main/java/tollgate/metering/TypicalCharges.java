package tollgate.metering;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Usd;

/**
 * What requests of a kind usually cost: of the last some thousand charges of each kind the amount that 99 of 100 stay within.
 *
 * <p>A kind is a model and its rates, a kind of work, streamed or not, and the magnitude of the prompt's bound. Older charges weigh less:
 * all are halved once there are {@value #HALVED_AT}. At most {@value #MOST_KINDS} kinds are kept, a kilobyte each; nothing
 * outlives the process. Thread-safe; a lock is held for as long as some additions take.
 */
public final class TypicalCharges {
    static final int ENOUGH = 100;
    static final int HALVED_AT = 4_000;
    static final int MOST_KINDS = 1_000;

    private static final int WITHIN_PERCENT = 99;
    /** Steps of a doubling: an amount is known to a quarter, upwards. */
    private static final int STEPS = 4;

    private static final int STEP_BITS = 2;

    private final Cache<Kind, Lately> kinds =
            Caffeine.newBuilder().maximumSize(MOST_KINDS).build();

    private record Kind(String model, String priced, String service, boolean stream, int magnitude) {}

    private static Kind kind(MeteredRequest request, ModelRates rates, long inputBound) {
        return new Kind(
                request.model(),
                // a name of one's own may stand for several
                rates.model(),
                request.service().wireName(),
                request.stream(),
                Long.SIZE - Long.numberOfLeadingZeros(inputBound));
    }

    /** A request was settled: it counts where the upstream has said what it used. */
    public void saw(HoldPlan plan, Settlement settled) {
        if (settled.ended() == Ended.COMPLETE && !settled.estimated() && settled.payer() == Settlement.Payer.WALLET) {
            kinds.get(kind(plan.request(), plan.rates(), plan.inputBound()), fresh -> new Lately())
                    .add(settled.total());
        }
    }

    /** What such a request usually costs; null where too few were seen. */
    @Nullable
    Usd usual(MeteredRequest request, ModelRates rates, long inputBound) {
        Lately seen = kinds.getIfPresent(kind(request, rates, inputBound));
        return seen == null ? null : seen.usual();
    }

    /** Charges of one kind, by their magnitude. */
    private static final class Lately {
        private final int[] counts = new int[Long.SIZE * STEPS];
        private int all;

        synchronized void add(Usd charge) {
            counts[step(charge.nano())]++;
            all++;
            if (all >= HALVED_AT) {
                all = 0;
                for (int i = 0; i < counts.length; i++) {
                    counts[i] /= 2;
                    all += counts[i];
                }
            }
        }

        synchronized @Nullable Usd usual() {
            if (all < ENOUGH) {
                return null;
            }
            long within = Math.ceilDiv((long) all * WITHIN_PERCENT, 100L);
            long seen = 0;
            int step = -1;
            while (seen < within) {
                step++;
                seen += counts[step];
            }
            return new Usd(Math.min(Usd.MAX_NANO, most(step)));
        }

        /** Four for each doubling from 4 nano-USD on. */
        private static int step(long nano) {
            long amount = Math.max(STEPS, nano);
            int doubling = Long.SIZE - 1 - Long.numberOfLeadingZeros(amount);
            return doubling * STEPS + (int) (amount >> (doubling - STEP_BITS) & (STEPS - 1));
        }

        /** The largest amount of a step. */
        private static long most(int step) {
            int doubling = step / STEPS;
            long width = 1L << (doubling - STEP_BITS);
            return (1L << doubling) + (step % STEPS + 1) * width - 1;
        }
    }
}
