package tollgate.journal;

import java.util.Map;
import tollgate.pricing.Usd;

/**
 * An exchange that was open when its process died.
 *
 * @param facts what was known of it
 * @param left bytes of its answer had left to the client
 * @param accrued what the bytes that left come to
 * @param units what that amount is made of, by wire name of the class: as reported, else estimated
 * @param timings microseconds since the start, by name, until the first bytes left
 */
public record Orphan(
        ExchangeFacts facts, boolean left, Usd accrued, Map<String, Long> units, Map<String, Long> timings) {
    /** Copies what could change. */
    public Orphan {
        units = Map.copyOf(units);
        timings = Map.copyOf(timings);
    }
}
