package tollgate.metering;

import tollgate.dialect.AnswerFacts;
import tollgate.pricing.Usd;

/**
 * How far the hold of a stream reaches, and when it has to reach farther. What counts is a bound of the output's tokens, which
 * is never below what the upstream reports: a token has at least a byte of text, and what frames an answer is allowed for.
 *
 * <p>Confined to its exchange's event loop. Costs an addition and a comparison for each slice of an answer.
 */
public final class Tranches {
    /** For the tokens around the text of each choice: its role, its end. */
    static final long FRAMING_A_CHOICE = 16;

    /** An extension of less than this share of a tranche is not worth a call. */
    private static final long LEAST_SHARE = 4;

    private final HoldPlan plan;
    private final long size;
    private final long most;
    private final long framing;
    private long covered;
    private boolean whole;

    Tranches(HoldPlan plan, long size) {
        this.plan = plan;
        this.size = size;
        this.most = plan.mostOutput();
        this.framing = FRAMING_A_CHOICE * plan.request().choices();
    }

    /**
     * So much is held by now.
     *
     * @param held in money
     * @param tokens what caps on tokens allow; {@link Long#MAX_VALUE} where none applies
     */
    public void holds(Usd held, long tokens) {
        covered = Math.min(plan.outputCovered(held), tokens - plan.inputBound());
        whole = covered >= most;
    }

    /** All that the exchange can come to is held. */
    public boolean whole() {
        return whole;
    }

    /** The most output tokens that there can have been by now, by what came. */
    private long bound(AnswerFacts facts) {
        return facts.boundUnits() + framing;
    }

    /** How many bytes more of the answer may be read before more has to be held: a byte bounds a token. */
    public long room(AnswerFacts facts) {
        return whole ? Long.MAX_VALUE : covered - bound(facts);
    }

    /** Half of a tranche is used up: time to ask for the next. */
    public boolean due(AnswerFacts facts) {
        return !whole && covered - bound(facts) < size / 2;
    }

    /** The least output tokens that an extension must pay for, all choices together and from the beginning. */
    public long least(AnswerFacts facts) {
        return Math.min(most, beyond(facts) + Math.max(1, size / LEAST_SHARE));
    }

    /** The output tokens that an extension should pay for. */
    public long wanted(AnswerFacts facts) {
        return Math.min(most, beyond(facts) + size);
    }

    private long beyond(AnswerFacts facts) {
        return Math.max(covered, bound(facts));
    }

    /** Everything: an answer that does not stream cannot be watched as it comes. */
    public long all() {
        return most;
    }

    /** What so many output tokens come to at most, the prompt included. */
    public Usd hold(long output) {
        return plan.holdFor(output);
    }

    /** The same in tokens. */
    public long tokens(long output) {
        return plan.tokensFor(output);
    }
}
