package tollgate.metering;

import tollgate.dialect.AnswerFacts;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * What an exchange has come to while it runs: the figure for its meter slot and for the renewals of its hold.
 *
 * <p>Confined to its exchange's event loop. Cheap enough for every event of a stream: without a report two products and
 * no look-up. Never more than was held: what passes it is settled at the end.
 */
public final class Meter {
    private final HoldPlan plan;
    private final Usd held;
    private final long inputTokens;
    private long outputTokens;

    /** A meter for an exchange for which so much is held. */
    public Meter(HoldPlan plan, Usd held) {
        this.plan = plan;
        this.held = held;
        this.inputTokens = ConsumedPortion.inputTokens(plan);
    }

    /** The charge of what the answer has had so far: as reported, else estimated. The request was sent whole. */
    public Usd accrued(AnswerFacts facts) {
        Usage reported = facts.usage();
        if (reported != null) {
            Usage whole = facts.inputUntold() || facts.outputUntold()
                    ? ConsumedPortion.completed(plan, Observed.of(facts), true, reported)
                    : reported;
            boolean payable = plan.rates().chargeable(whole, plan.terms(), plan.markup());
            return payable ? least(plan.rates().amount(whole, plan.terms(), plan.markup())) : held;
        }
        outputTokens = ConsumedPortion.outputTokens(
                facts.contentBytes(), facts.events(), plan.request().choices());
        return least(plan.rates().accrued(inputTokens, outputTokens, plan.terms(), plan.markup()));
    }

    /** The estimated input of what was {@link #accrued} last, where that was no report. */
    public long inputTokens() {
        return inputTokens;
    }

    /** The same of the output. */
    public long outputTokens() {
        return outputTokens;
    }

    /** The tokens of every class that the answer has had so far: as reported, else estimated. */
    public long tokens(AnswerFacts facts) {
        Usage reported = facts.usage();
        if (reported != null && !facts.inputUntold() && !facts.outputUntold()) {
            return Math.min(Usd.MAX_NANO, reported.totalTokens());
        }
        long output = ConsumedPortion.outputTokens(
                facts.contentBytes(), facts.events(), plan.request().choices());
        return Math.min(Usd.MAX_NANO, inputTokens + output);
    }

    private Usd least(Usd amount) {
        return amount.compareTo(held) <= 0 ? amount : held;
    }
}
