package tollgate.proxy;

import java.util.List;
import tollgate.metering.HoldPlan;
import tollgate.pricing.Markup;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;

/**
 * The prices that an exchange was planned with, kept with a job: it is settled by them whoever settles it, also where its card or
 * markup has been changed or removed since. Immutable.
 *
 * @param card of the model that was asked for
 * @param markup added to its cost
 */
public record PinnedPrices(RateCard card, Markup markup) {
    /** Those of a plan. */
    static PinnedPrices of(HoldPlan plan) {
        return new PinnedPrices(plan.rates().card(), plan.markup());
    }

    /** A book that has nothing else. */
    RateBook book() {
        return RateBook.of(List.of(card)).withMarkup(markup);
    }
}
