package tollgate;

import java.util.Map;
import tollgate.pricing.ModelRates;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.databind.JsonNode;

/** The usage of an exchange as the control plane shows it. Stateless. */
final class RecordedUsage {
    private RecordedUsage() {}

    /**
     * What was counted, in the classes that the rates tell apart: records have reasoning within the output where the
     * model that answered prices both alike.
     *
     * @throws IllegalArgumentException where a class is not known
     */
    static Usage of(JsonNode exchange, ModelRates rates) {
        Usage.Builder usage = Usage.builder();
        for (Map.Entry<String, JsonNode> each : exchange.path("units").properties()) {
            UnitClass unit = UnitClass.of(each.getKey());
            if (unit == null) {
                throw new IllegalArgumentException(
                        "units: '" + each.getKey() + "' (expected: a class that this version knows)");
            }
            usage.set(unit, each.getValue().decimalValue());
        }
        Usage counted = usage.build();
        long output = counted.units(UnitClass.OUTPUT);
        long reasoning = Math.min(output, exchange.path("reasoning_tokens").asLong(0));
        if (reasoning > 0
                && rates.pricesApart(UnitClass.REASONING_OUTPUT)
                && !counted.reported(UnitClass.REASONING_OUTPUT)) {
            usage.set(UnitClass.OUTPUT, output - reasoning).set(UnitClass.REASONING_OUTPUT, reasoning);
        }
        return usage.build();
    }
}
