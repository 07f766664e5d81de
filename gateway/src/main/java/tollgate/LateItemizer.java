package tollgate;

import java.util.Map;
import java.util.function.Supplier;
import tollgate.books.Itemizer;
import tollgate.journal.ExchangeFacts;
import tollgate.metering.Discount;
import tollgate.metering.PaidFor;
import tollgate.pricing.Buyer;
import tollgate.pricing.Markup;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Explains exchanges of an earlier run by the rate cards in force, where those are still the same. Thread-safe. */
record LateItemizer(Supplier<RateBook> prices) implements Itemizer {
    private static final Itemized NOTHING = new Itemized(null, Markup.NONE);

    @Override
    public Itemized itemize(ExchangeFacts facts, Map<String, Long> units) {
        RateBook book = prices.get();
        if (units.isEmpty()
                || !(book.resolve(facts.modelSent(), facts.started()) instanceof Resolution.Priced priced)
                || !priced.rates().priceVersion().equals(facts.priceVersion())) {
            return NOTHING;
        }
        Usage.Builder usage = Usage.builder();
        for (Map.Entry<String, Long> each : units.entrySet()) {
            UnitClass unit = UnitClass.of(each.getKey());
            if (unit == null) {
                return NOTHING;
            }
            usage.set(unit, each.getValue());
        }
        Buyer buyer = new Buyer(facts.at().organisation(), facts.plan());
        Markup markup = book.markup(buyer, priced.rates());
        Discount discount = new Discount(book.volume(buyer), facts.caps().chargedBefore());
        try {
            Terms terms = Terms.STANDARD.at(facts.started());
            return new Itemized(
                    discount.of(paidFor(facts).explain(priced.rates(), usage.build(), terms, markup)), markup);
        } catch (ArithmeticException beyondAllAmounts) {
            return NOTHING;
        }
    }

    private static PaidFor paidFor(ExchangeFacts facts) {
        return facts.caps()
                .bundle()
                .map(bundle -> new PaidFor(bundle.name(), facts.caps().paidFor()))
                .orElse(PaidFor.NOTHING);
    }
}
