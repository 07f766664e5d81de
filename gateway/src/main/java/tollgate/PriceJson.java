package tollgate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tollgate.pricing.Adjustment;
import tollgate.pricing.Charge;
import tollgate.pricing.ChargeLine;
import tollgate.pricing.Estimate;
import tollgate.pricing.Usage;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Prices as JSON: amounts are decimal strings, counts are numbers. */
final class PriceJson {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private PriceJson() {}

    static String pretty(Object answer) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
    }

    static Map<String, Object> charge(Charge charge, Usage total) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("charge", charge.charge().toString());
        answer.put("cost", charge.cost().toString());
        answer.put("units", units(total));
        answer.put("lines", charge.lines().stream().map(PriceJson::line).toList());
        List<Map<String, Object>> adjustments = new ArrayList<>();
        for (Adjustment each : charge.adjustments()) {
            Map<String, Object> adjustment = new LinkedHashMap<>();
            adjustment.put("kind", each.kind().name().toLowerCase(Locale.ROOT));
            adjustment.put("reason", each.reason());
            adjustment.put("usd", each.usd().toPlainString());
            adjustments.add(adjustment);
        }
        answer.put("adjustments", adjustments);
        return answer;
    }

    static Map<String, Object> units(Usage usage) {
        Map<String, Object> units = new LinkedHashMap<>();
        usage.quantities().forEach((unit, count) -> units.put(unit.wireName(), count));
        return units;
    }

    static Map<String, Object> line(ChargeLine line) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("unit", line.unit().wireName());
        json.put("units", line.units());
        json.put("rate", line.rate().perUnit().toPlainString());
        json.put("price", line.rate().usd().toPlainString());
        json.put("per", line.rate().per().key());
        json.put("subtotal", line.subtotal().toPlainString());
        if (line.unpriced()) {
            json.put("unpriced", true);
        }
        if (line.assumed()) {
            json.put("assumed", true);
        }
        json.put("reason", line.why());
        json.put("source", line.provenance().source());
        json.put("seen", line.provenance().seen());
        if (!line.provenance().via().isEmpty()) {
            json.put("via", line.provenance().via());
        }
        return json;
    }

    static Map<String, Object> estimate(Estimate estimate) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("min", estimate.min().toString());
        json.put("expected", estimate.expected().toString());
        json.put("max", estimate.max().toString());
        return json;
    }
}
