package tollgate.metering;

import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Limits;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * What an exchange has probably consumed where the upstream did not, or not yet, say so. Every figure made here is an
 * estimate and is flagged as one.
 *
 * <h2>Calibration</h2>
 * Counted on 69 recorded answers of 16 providers in OpenAI's shape (2026): text whose every token is shown has 2.5 to
 * 5.8 bytes a token, and providers that send one token an event send two events more, a role and a finish, for each
 * choice. So an answer has at least a sixth of its bytes in tokens, and one for each of those events as long as that is
 * not more than a quarter of its bytes. So counted, an estimate stayed at or below what was reported in the end at every
 * byte of the recorded streams, Anthropic's among them, but for five whose vendors pad their deltas with what the model
 * did not make; what a cut leaves unpaid is the operator's.
 */
public final class ConsumedPortion {
    private static final long MOST_BYTES_PER_TOKEN = 6;
    private static final long USUAL_BYTES_PER_TOKEN = 4;
    private static final long EVENTS_WITHOUT_TOKENS = 2;
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
    public static long outputTokens(long contentBytes, int events, int choices) {
        if (contentBytes == 0) {
            return 0;
        }
        long byEvents = Math.min(contentBytes / USUAL_BYTES_PER_TOKEN, events - EVENTS_WITHOUT_TOKENS * choices);
        return Math.max(1, Math.max(contentBytes / MOST_BYTES_PER_TOKEN, byEvents));
    }

    /** The text that such an estimate takes for so many tokens. */
    static long bytesOf(long outputTokens) {
        return Math.min(outputTokens, Long.MAX_VALUE / MOST_BYTES_PER_TOKEN) * MOST_BYTES_PER_TOKEN;
    }

    /**
     * What was reported so far, and for what came after it an estimate.
     *
     * @param prompt the request reached the upstream whole, which bills the prompt then
     */
    static Usage of(HoldPlan plan, Observed observed, boolean prompt) {
        Usage reported = observed.usage();
        if (reported == null) {
            return Usage.builder()
                    .set(UnitClass.INPUT, prompt ? inputTokens(plan) : 0)
                    .set(
                            UnitClass.OUTPUT,
                            outputTokens(
                                    observed.contentBytes(),
                                    observed.events(),
                                    plan.request().choices()))
                    .build();
        }
        Usage whole = completed(plan, observed, prompt, reported);
        if (observed.outputUntold()) {
            return whole;
        }
        long since = observed.contentBytes() - observed.contentBytesAtUsage();
        Usage.Builder builder = Usage.builder();
        whole.asMap().forEach(builder::set);
        long room = Long.MAX_VALUE - whole.units(UnitClass.OUTPUT);
        return builder.add(UnitClass.OUTPUT, Math.min(room, since / MOST_BYTES_PER_TOKEN))
                .build();
    }

    /** A report, and an estimate for the half of it that it does not tell. */
    static Usage completed(HoldPlan plan, Observed observed, boolean prompt, Usage reported) {
        Usage.Builder builder = Usage.builder();
        reported.asMap().forEach(builder::set);
        if (observed.inputUntold() && prompt) {
            builder.set(UnitClass.INPUT, inputTokens(plan));
        }
        if (observed.outputUntold()) {
            long estimated = outputTokens(
                    observed.contentBytes(), observed.events(), plan.request().choices());
            // what is told of an output that goes on is its beginning
            builder.set(UnitClass.OUTPUT, Math.max(reported.units(UnitClass.OUTPUT), estimated));
        }
        return builder.build();
    }
}
