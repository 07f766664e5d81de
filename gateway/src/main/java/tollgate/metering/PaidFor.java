package tollgate.metering;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tollgate.pricing.Charge;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.pricing.VolumeTiers;
import tollgate.pricing.plan.Bundle;
import tollgate.pricing.plan.Plan;

/**
 * Tokens of one exchange that a bundle has set aside for it: the first of those that it uses, the prompt's before the
 * answer's, are not charged. What the prompt's length decides is decided by the whole prompt. Immutable.
 *
 * @param bundle as charges call it
 * @param tokens set aside, of every class together
 */
public record PaidFor(String bundle, long tokens) {
    /** All is charged. */
    public static final PaidFor NOTHING = new PaidFor("", 0);

    private static final Set<UnitClass> TOKENS =
            Arrays.stream(UnitClass.values()).filter(UnitClass::isToken).collect(Collectors.toUnmodifiableSet());

    /**
     * What a usage comes to, with every reason.
     *
     * @throws ArithmeticException as {@link ModelRates#charge}
     */
    public Charge explain(ModelRates rates, Usage usage, Terms terms, Markup markup) {
        if (tokens == 0) {
            return rates.explain(usage, terms, markup);
        }
        Bundle here = new Bundle(bundle, Usd.ZERO, Bundle.Span.MONTH, TOKENS, null, tokens, null, null);
        return new Plan(bundle, List.of(here), VolumeTiers.NONE, markup)
                .bill(rates, usage, terms, Plan.Used.NOTHING)
                .charge();
    }

    /**
     * The charge alone.
     *
     * @throws ArithmeticException as {@link ModelRates#charge}
     */
    Usd amount(ModelRates rates, Usage usage, Terms terms, Markup markup) {
        return tokens == 0
                ? rates.amount(usage, terms, markup)
                : explain(rates, usage, terms, markup).charge();
    }

    /** The charge of plain input and output tokens: nothing is allocated while none or all of them are paid for. */
    Usd accrued(ModelRates rates, long input, long output, Terms terms, Markup markup) {
        if (tokens == 0) {
            return rates.accrued(input, output, terms, markup);
        }
        if (output <= tokens - input) {
            return Usd.ZERO;
        }
        Usage usage = Usage.builder()
                .set(UnitClass.INPUT, input)
                .set(UnitClass.OUTPUT, output)
                .build();
        return amount(rates, usage, terms, markup);
    }

    /** The tokens of a prompt that are to be charged. */
    long ofPrompt(long input) {
        return Math.max(0, input - tokens);
    }

    /** The tokens of an answer that are paid for, behind such a prompt. */
    long beyond(long input) {
        return Math.max(0, tokens - input);
    }

    /** The tokens of an answer that are to be charged, behind such a prompt. */
    long ofAnswer(long input, long output) {
        return Math.max(0, output - beyond(input));
    }
}
