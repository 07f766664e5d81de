package tollgate.dialect;

import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * A model that a key may use, as its holder is told of it. Immutable.
 *
 * @param name what to ask for
 * @param owner whose model it is
 * @param since the day that its prices are of
 * @param service the kind of work: {@code chat}, {@code embeddings} …
 * @param context the most tokens of prompt and answer together
 * @param maxOutputTokens the most tokens of an answer
 * @param perMillion what a million tokens are charged, in US dollars by class of tokens
 * @param each what one of anything else is charged, in US dollars by class of units
 */
public record OfferedModel(
        String name,
        String owner,
        LocalDate since,
        String service,
        long context,
        long maxOutputTokens,
        Map<String, String> perMillion,
        Map<String, String> each) {
    /** Copies what could change. */
    public OfferedModel {
        perMillion = Collections.unmodifiableMap(new LinkedHashMap<>(perMillion));
        each = Collections.unmodifiableMap(new LinkedHashMap<>(each));
    }

    /** Writes what providers do not tell as fields of the object that is open: limits, and our prices. */
    public void writeTerms(JsonGenerator json) {
        json.writeStringProperty("service", service);
        json.writeNumberProperty("context", context);
        json.writeNumberProperty("max_output_tokens", maxOutputTokens);
        json.writeObjectPropertyStart("pricing");
        json.writeStringProperty("currency", "USD");
        amounts(json, "per_million", perMillion);
        amounts(json, "each", each);
        json.writeEndObject();
    }

    private static void amounts(JsonGenerator json, String name, Map<String, String> amounts) {
        if (!amounts.isEmpty()) {
            json.writeObjectPropertyStart(name);
            amounts.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }
}
