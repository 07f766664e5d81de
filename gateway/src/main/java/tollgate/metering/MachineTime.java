package tollgate.metering;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Rate;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * The time that a machine works, of models that are priced by it instead of by the token. Stateless.
 *
 * <p>A card has one or the other: with a price of tokens, its {@code gpu_second} is what training costs.
 */
final class MachineTime {
    private static final int MILLIS = 3;

    private MachineTime() {}

    /** A model's answers cost what the machine's time does, and its tokens nothing. */
    static boolean prices(ModelRates rates) {
        return rates.prices(UnitClass.GPU_SECOND) && free(rates, UnitClass.INPUT) && free(rates, UnitClass.OUTPUT);
    }

    private static boolean free(ModelRates rates, UnitClass unit) {
        Rate rate = rates.card().rates().get(unit);
        return rate == null || rate.isZero();
    }

    /** What a request may have besides its tokens: all the time that an exchange may last, where time is what costs. */
    static Map<UnitClass, Long> bounded(Map<UnitClass, Long> calls, ModelRates rates, HoldSettings settings) {
        if (!prices(rates)) {
            return calls;
        }
        Map<UnitClass, Long> all = new EnumMap<>(UnitClass.class);
        all.putAll(calls);
        all.put(UnitClass.GPU_SECOND, settings.maxExchange().plusMillis(999).toSeconds());
        return all;
    }

    /** A usage without the time, where nobody asks for it. */
    static Usage counted(ModelRates rates, Usage usage) {
        if (!usage.reported(UnitClass.GPU_SECOND) || prices(rates)) {
            return usage;
        }
        Usage.Builder rest = Usage.builder();
        usage.quantities().forEach((unit, count) -> {
            if (unit != UnitClass.GPU_SECOND) {
                rest.set(unit, count);
            }
        });
        return rest.build();
    }

    /** Time costs, and a report does not tell it. */
    static boolean untold(HoldPlan plan, Usage reported) {
        return !reported.reported(UnitClass.GPU_SECOND) && prices(plan.rates());
    }

    /** Adds the time since the request went out, where it costs and nobody told it. */
    static void estimate(HoldPlan plan, Observed observed, boolean sent, Usage.Builder usage) {
        if (sent && prices(plan.rates())) {
            usage.set(UnitClass.GPU_SECOND, BigDecimal.valueOf(observed.elapsedMillis(), MILLIS));
        }
    }
}
