package tollgate.books;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.journal.ExchangeFacts;
import tollgate.pricing.Charge;
import tollgate.pricing.Markup;

/** Says how the units of an exchange come to an amount, where only their counts were kept. Thread-safe. */
@FunctionalInterface
public interface Itemizer {
    /** Says nothing: no prices are known. */
    Itemizer NONE = (facts, units) -> new Itemized(null, Markup.NONE);

    /**
     * Prices counts by the rates that the exchange's hold was planned with.
     *
     * @param units by wire name of the class
     * @return no charge where those rates are not known any more
     */
    Itemized itemize(ExchangeFacts facts, Map<String, Long> units);

    /**
     * How an amount came about.
     *
     * @param charge line by line, with its cost; null: nothing is known
     * @param markup what was added to that
     */
    record Itemized(@Nullable Charge charge, Markup markup) {}
}
