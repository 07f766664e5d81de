package tollgate.metering;

import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Limits;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * What an exchange has probably consumed where the upstream did not, or not yet, say so. Every figure made here is an
 * estimate and is flagged as one.
 *
 * <p>Of the answer it is what our scanner counted, times the {@link TokenRatio} of the family of models that answers. What a
 * model made and nobody showed is not in it: of that the wallet pays what is reported, and nothing that is not.
 */
public final class ConsumedPortion {
    /** Of a prompt, whose language nobody looks at. */
    private static final long USUAL_BYTES_PER_TOKEN = 4;
    /** A page of a document is 1,500 to 3,000 tokens (platform.claude.com/docs, PDF support), and seldom below 50 kB. */
    private static final long DOCUMENT_BYTES_PER_TOKEN = 32;

    private ConsumedPortion() {}

    /** Tokens of the prompt, at least 1 and at most its bound. */
    public static long inputTokens(HoldPlan plan) {
        MeteredRequest request = plan.request();
        Limits limits = plan.rates().limits();
        long text = Math.ceilDiv(request.textBytes(), USUAL_BYTES_PER_TOKEN);
        // most pictures are smaller than the largest one that the bound allows for
        long images = request.images().low() * limits.imageTokensLow()
                + request.images().other() * (limits.imageTokensHigh() / 2);
        long documents = request.documentBytes() / DOCUMENT_BYTES_PER_TOKEN;
        return Math.max(1, Math.min(plan.inputBound(), text + images + documents));
    }

    /** Tokens of generated text; 0 only where there is none. */
    private static long outputTokens(HoldPlan plan, Observed observed) {
        return plan.ratio()
                .tokens(
                        observed.contentBytes(),
                        observed.events(),
                        plan.request().choices());
    }

    /**
     * What was reported so far, and for what came after it an estimate.
     *
     * @param prompt the request reached the upstream whole, which bills the prompt then
     */
    static Usage of(HoldPlan plan, Observed observed, boolean prompt) {
        Usage reported = observed.usage();
        if (reported == null) {
            Usage.Builder estimated = Usage.builder()
                    .set(UnitClass.INPUT, prompt ? inputTokens(plan) : 0)
                    .set(UnitClass.OUTPUT, outputTokens(plan, observed));
            MachineTime.estimate(plan, observed, prompt, estimated);
            return estimated.build();
        }
        Usage whole = completed(plan, observed, prompt, reported);
        if (observed.outputUntold()) {
            return whole;
        }
        long since = observed.contentBytes() - observed.contentBytesAtUsage();
        Usage.Builder builder = Usage.builder();
        whole.quantities().forEach(builder::set);
        long room = Long.MAX_VALUE - whole.units(UnitClass.OUTPUT);
        return builder.add(UnitClass.OUTPUT, Math.min(room, plan.ratio().tokens(since)))
                .build();
    }

    /** A report, and an estimate for the half of it that it does not tell. */
    static Usage completed(HoldPlan plan, Observed observed, boolean prompt, Usage reported) {
        Usage.Builder builder = Usage.builder();
        reported.quantities().forEach(builder::set);
        if (observed.inputUntold() && prompt) {
            builder.set(UnitClass.INPUT, inputTokens(plan));
        }
        if (MachineTime.untold(plan, reported)) {
            MachineTime.estimate(plan, observed, prompt, builder);
        }
        if (observed.outputUntold()) {
            long estimated = outputTokens(plan, observed);
            // what is told of an output that goes on is its beginning
            builder.set(UnitClass.OUTPUT, Math.max(reported.units(UnitClass.OUTPUT), estimated));
        }
        return builder.build();
    }
}
