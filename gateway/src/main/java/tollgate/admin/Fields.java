package tollgate.admin;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The body of a request of the control plane: an object whose fields are all known. Confined to one request. */
final class Fields {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final int LONGEST = 200;

    private final JsonNode object;

    private Fields(JsonNode object) {
        this.object = object;
    }

    static Fields read(String body, String... known) {
        JsonNode object;
        try {
            object = MAPPER.readTree(body);
        } catch (JacksonException broken) {
            throw Problem.invalid("the body is not a JSON object: " + broken.getOriginalMessage());
        }
        if (!object.isObject()) {
            throw Problem.invalid("the body is not a JSON object");
        }
        Set<String> names = Set.of(known);
        for (String name : object.propertyNames()) {
            if (!names.contains(name)) {
                throw Problem.invalid(name + ": unknown (expected: " + String.join(", ", known) + ")");
            }
        }
        return new Fields(object);
    }

    String text(String name) {
        String text = optional(name);
        if (text == null || text.isBlank()) {
            throw Problem.invalid(name + ": missing (expected: a text)");
        }
        return text;
    }

    @Nullable
    String optional(String name) {
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isString() || node.stringValue().length() > LONGEST) {
            throw Problem.invalid(name + ": expected a text of at most " + LONGEST + " characters");
        }
        return node.stringValue();
    }

    boolean flag(String name) {
        JsonNode node = object.get(name);
        if (node != null && !node.isBoolean()) {
            throw Problem.invalid(name + ": expected true or false");
        }
        return node != null && node.booleanValue();
    }

    List<String> texts(String name) {
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : node) {
            if (!each.isString()
                    || each.stringValue().length() > LONGEST
                    || each.stringValue().contains("\n")) {
                throw Problem.invalid(name + ": expected a list of texts");
            }
            texts.add(each.stringValue());
        }
        if (!node.isArray()) {
            throw Problem.invalid(name + ": expected a list of texts");
        }
        return texts;
    }

    /** An amount as people write it; money never comes as a JSON number. */
    Usd amount(String name, boolean signed) {
        String text = text(name);
        boolean negative = signed && text.startsWith("-");
        try {
            Usd amount = Usd.parse(negative ? text.substring(1) : text);
            if (amount.nano() == 0) {
                throw Problem.invalid(name + ": '" + text + "' (expected: above 0)");
            }
            return negative ? Usd.ZERO.minus(amount) : amount;
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid(name + ": '" + text + "' (expected: dollars with up to 9 decimals, above 0)");
        }
    }

    /** A moment: a date, whose end is meant, or an instant. */
    @Nullable
    Instant moment(String name) {
        String text = optional(name);
        if (text == null) {
            return null;
        }
        try {
            return text.length() == "2026-01-31".length()
                    ? LocalDate.parse(text)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException wrong) {
            throw Problem.invalid(name + ": '" + text + "' (expected: 2026-01-31 or 2026-01-31T12:00:00Z)");
        }
    }
}
