package tollgate;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.metering.Observed;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What clients have had of a job's answer, as JSON: counts and names, never its text. Stateless. */
final class RelayedText {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private RelayedText() {}

    static String written(Observed observed) {
        Map<String, @Nullable Object> text = new LinkedHashMap<>();
        Usage usage = observed.usage();
        if (usage != null) {
            Map<String, Long> units = new LinkedHashMap<>();
            usage.asMap().forEach((unit, count) -> units.put(unit.wireName(), count));
            text.put("usage", units);
        }
        text.put("input_untold", observed.inputUntold());
        text.put("output_untold", observed.outputUntold());
        text.put("model", observed.model());
        text.put("tier", observed.tier());
        text.put("region", observed.region());
        text.put("events", observed.events());
        text.put("bytes", observed.contentBytes());
        text.put("bytes_at_usage", observed.contentBytesAtUsage());
        return MAPPER.writeValueAsString(text);
    }

    static Observed read(String written) {
        JsonNode text = MAPPER.readTree(written);
        return new Observed(
                usage(text.path("usage")),
                text.path("input_untold").asBoolean(),
                text.path("output_untold").asBoolean(),
                word(text, "model"),
                word(text, "tier"),
                word(text, "region"),
                text.path("events").asInt(),
                text.path("bytes").asLong(),
                text.path("bytes_at_usage").asLong(),
                false);
    }

    private static @Nullable Usage usage(JsonNode units) {
        if (!units.isObject()) {
            return null;
        }
        Usage.Builder usage = Usage.builder();
        units.propertyStream().forEach(each -> {
            UnitClass unit = UnitClass.of(each.getKey());
            if (unit != null) {
                usage.set(unit, each.getValue().asLong());
            }
        });
        return usage.build();
    }

    private static @Nullable String word(JsonNode text, String name) {
        return text.path(name).isString() ? text.path(name).asString() : null;
    }
}
