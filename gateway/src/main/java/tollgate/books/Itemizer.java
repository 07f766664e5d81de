package tollgate.books;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.journal.ExchangeFacts;
import tollgate.journal.UsageRecord;
import tollgate.pricing.Usd;

/** Says how the units of an exchange come to an amount, where only their counts were kept. Thread-safe. */
@FunctionalInterface
public interface Itemizer {
    /** Says nothing: no prices are known. */
    Itemizer NONE = (facts, units) -> new Itemized(List.of(), null);

    /**
     * Prices counts by the rates that the exchange's hold was planned with.
     *
     * @param units by wire name of the class
     * @return no lines where those rates are not known any more
     */
    Itemized itemize(ExchangeFacts facts, Map<String, Long> units);

    /**
     * How an amount came about.
     *
     * @param cost what the upstream bills for the lines; null where there are none
     */
    record Itemized(List<UsageRecord.Line> lines, @Nullable Usd cost) {}
}
