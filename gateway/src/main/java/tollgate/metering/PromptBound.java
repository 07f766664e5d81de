package tollgate.metering;

import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Limits;

/** The most tokens that a request can make its model read, all classes together. Stateless. */
final class PromptBound {
    private PromptBound() {}

    /** Each prompt fills its context at most; what makes the model read on and on is taken for what was configured. */
    static long of(MeteredRequest request, Limits limits, HoldSettings settings) {
        long prompts = request.extent().prompts();
        if (request.extent().unbounded() != null && settings.inputCeiling() != null) {
            return Math.max(settings.inputCeiling(), promptBound(request, limits));
        }
        return Math.min(limits.context() * prompts, promptBound(request, limits));
    }

    private static long promptBound(MeteredRequest request, Limits limits) {
        if (request.documentBytes() > 0) {
            return limits.context() * request.extent().prompts();
        }
        // image constants and counts are far below 2^31 each
        return request.textBytes()
                + request.images().low() * limits.imageTokensLow()
                + request.images().other() * limits.imageTokensHigh();
    }
}
