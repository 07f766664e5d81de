package tollgate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tollgate.pricing.Charge;
import tollgate.pricing.ChargeLine;
import tollgate.pricing.Estimate;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Predictions and reckonings, added up by model. Confined to one thread. */
final class Forecast {
    private final Map<String, Estimate> byModel = new TreeMap<>();
    private final Map<String, Long> requests = new TreeMap<>();
    private final SortedSet<String> unpriced = new TreeSet<>();

    /** Adds a prediction. */
    void add(ModelRates rates, Estimate estimate) {
        byModel.merge(rates.model(), estimate, Estimate::plus);
        requests.merge(rates.model(), 1L, Long::sum);
    }

    /** Adds what a usage comes to, exactly. */
    void add(ModelRates rates, Charge charge) {
        charge.lines().stream().filter(ChargeLine::unpriced).forEach(line -> miss(rates, line.unit()));
        add(rates, new Estimate(charge.charge(), charge.charge(), charge.charge()));
    }

    /** Remembers the classes of a usage that have no price: they are in no sum. */
    void check(ModelRates rates, Usage usage, Terms terms) {
        usage.quantities().forEach((unit, count) -> {
            if (count.signum() > 0 && !rates.prices(unit, terms)) {
                miss(rates, unit);
            }
        });
    }

    private void miss(ModelRates rates, UnitClass unit) {
        unpriced.add(rates.model() + ": " + unit.wireName());
    }

    /** {@code model: class} of everything counted that has no price. */
    SortedSet<String> unpriced() {
        return unpriced;
    }

    /** The sums, and those of each model, so many times. */
    Map<String, Object> json(long times) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "requests", requests.values().stream().mapToLong(each -> each).sum() * times);
        answer.putAll(PriceJson.estimate(
                byModel.values().stream().reduce(Estimate.NONE, Estimate::plus).times(times)));
        Map<String, Object> models = new LinkedHashMap<>();
        byModel.forEach((name, estimate) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("requests", requests.getOrDefault(name, 0L) * times);
            one.putAll(PriceJson.estimate(estimate.times(times)));
            models.put(name, one);
        });
        answer.put("models", models);
        if (!unpriced.isEmpty()) {
            answer.put("unpriced", unpriced);
        }
        return answer;
    }
}
