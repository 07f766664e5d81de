package tollgate.metering;

import tollgate.dialect.AnswerFacts;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * What an exchange has come to while it runs: the figure for its meter slot and for the renewals of its hold.
 *
 * <p>Confined to its exchange's event loop. Cheap enough for every event of a stream: without a report two products and
 * no look-up.
 */
public final class Meter {
    private final HoldPlan plan;
    private Usd held;
    private final long inputTokens;
    private final TokenRatio ratio;
    private long outputTokens;

    /** A meter for an exchange for which so much is held. */
    public Meter(HoldPlan plan, Usd held) {
        this.plan = plan;
        this.held = held;
        this.inputTokens = ConsumedPortion.inputTokens(plan);
        this.ratio = plan.ratio();
    }

    /** More is held by now. */
    public void holds(Usd now) {
        held = now;
    }

    /**
     * The charge of what the answer has had so far, for the renewals of its hold: never more than was held. As reported,
     * else estimated. The request was sent whole.
     */
    public Usd accrued(AnswerFacts facts) {
        return least(owed(facts));
    }

    /**
     * The same for the meter slot, where what was reported is not cut off at the hold: should the process die, it is
     * settled exactly, or parked where it is absurd (H39).
     */
    public Usd owed(AnswerFacts facts) {
        Usage reported = facts.usage();
        if (reported != null) {
            boolean half = facts.inputUntold() || facts.outputUntold();
            return half ? owedOfHalf(facts, reported) : amount(reported);
        }
        outputTokens = ratio.tokens(
                facts.contentBytes(), facts.events(), plan.request().choices());
        // an estimate never passes the hold
        return least(plan.discount()
                .of(plan.paidFor().accrued(plan.rates(), inputTokens, outputTokens, plan.terms(), plan.markup())));
    }

    /** What is told is owed, be it more than was held; the estimate of the rest does not pass the hold. */
    private Usd owedOfHalf(AnswerFacts facts, Usage reported) {
        Usd whole = amount(ConsumedPortion.completed(plan, Observed.of(facts), true, reported));
        if (whole.compareTo(held) <= 0) {
            return whole;
        }
        Usd told = amount(reported);
        return told.compareTo(held) <= 0 ? held : told.compareTo(whole) <= 0 ? told : whole;
    }

    /** The largest amount there is for what is beyond that. */
    private Usd amount(Usage told) {
        Usage usage = MachineTime.counted(plan.rates(), told);
        return WhoPays.amount(plan.paidFor(), plan.discount(), plan.rates(), usage, plan.terms(), plan.markup());
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
        long output = ratio.tokens(
                facts.contentBytes(), facts.events(), plan.request().choices());
        return Math.min(Usd.MAX_NANO, inputTokens + output);
    }

    private Usd least(Usd amount) {
        return amount.compareTo(held) <= 0 ? amount : held;
    }
}
