package tollgate;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tollgate.books.Itemizer;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.UsageRecord;
import tollgate.pricing.Charge;
import tollgate.pricing.Markup;
import tollgate.pricing.RateBook;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Explains exchanges of an earlier run by the rate cards in force, where those are still the same. Thread-safe. */
record LateItemizer(Supplier<RateBook> prices, Markup markup) implements Itemizer {
    private static final Itemized NOTHING = new Itemized(List.of(), null);

    @Override
    public Itemized itemize(ExchangeFacts facts, Map<String, Long> units) {
        if (units.isEmpty()
                || !(prices.get().resolve(facts.model(), facts.started()) instanceof Resolution.Priced priced)
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
        Charge charge;
        try {
            charge = priced.rates().explain(usage.build(), Terms.STANDARD.at(facts.started()), markup);
        } catch (ArithmeticException beyondAllAmounts) {
            return NOTHING;
        }
        return new Itemized(
                charge.lines().stream()
                        .map(line -> new UsageRecord.Line(
                                line.unit().wireName(),
                                line.units().longValueExact(),
                                line.rate().perUnit().toPlainString(),
                                line.subtotal().toPlainString(),
                                line.unpriced()))
                        .toList(),
                charge.cost());
    }
}
