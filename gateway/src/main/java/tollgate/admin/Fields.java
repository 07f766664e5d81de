package tollgate.admin;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The body of a request of the control plane: an object whose fields are all known. Confined to one request. */
final class Fields {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int LONGEST = 200;

    /** RFC 3339 writes years of four digits. */
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private final JsonNode object;

    private Fields(JsonNode object) {
        this.object = object;
    }

    static Fields read(String body, String... known) {
        JsonNode object;
        try {
            object = MAPPER.readTree(body);
        } catch (JacksonException broken) {
            throw Problem.invalid("the body is not a JSON object: "
                    + broken.getOriginalMessage().lines().findFirst().orElse(""));
        }
        if (!object.isObject()) {
            throw Problem.invalid("the body is not a JSON object");
        }
        List<String> names = List.of(known);
        for (String name : object.propertyNames()) {
            if (!names.contains(name)) {
                throw Problem.unknown(name, names);
            }
        }
        return new Fields(object);
    }

    /** Nothing is asked for: no body, or an object without fields. */
    static void none(String body) {
        if (!body.isEmpty()) {
            read(body);
        }
    }

    String text(String name) {
        String text = optional(name);
        if (text == null) {
            throw Problem.invalid(name + ": missing (expected: a text)");
        }
        return text;
    }

    /** A text, or null where null is written: neither is left to be guessed. */
    @Nullable
    String textOrNull(String name) {
        if (!object.has(name)) {
            throw Problem.invalid(name + ": missing (expected: a text, or null)");
        }
        return optional(name);
    }

    @Nullable
    String optional(String name) {
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        return checked(name, node);
    }

    private static String checked(String name, JsonNode node) {
        if (!node.isString()) {
            throw Problem.invalid(name + ": " + Shown.text(node.toString()) + " (expected: a text)");
        }
        String text = node.stringValue();
        if (text.codePointCount(0, text.length()) > LONGEST) {
            throw Problem.invalid(name + ": " + text.length() + " characters (expected: at most " + LONGEST + ")");
        }
        if (text.isBlank() || !text.codePoints().allMatch(Shown::isText)) {
            throw Problem.invalid(name + ": '" + Shown.text(text)
                    + "' (expected: a text that is not blank, without control characters)");
        }
        return text;
    }

    boolean flag(String name) {
        JsonNode node = object.get(name);
        if (node != null && !node.isBoolean()) {
            throw Problem.invalid(name + ": " + Shown.text(node.toString()) + " (expected: true or false)");
        }
        return node != null && node.booleanValue();
    }

    List<String> texts(String name) {
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw Problem.invalid(name + ": " + Shown.text(node.toString()) + " (expected: a list of texts)");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : node) {
            texts.add(checked(name + "[" + texts.size() + "]", each));
        }
        return texts;
    }

    /** An amount as people write it; money never comes as a JSON number. */
    Usd amount(String name, boolean signed) {
        String text = text(name);
        boolean negative = signed && text.startsWith("-");
        try {
            Usd amount = Usd.parse(negative ? text.substring(1) : text);
            if (amount.nano() != 0) {
                return negative ? Usd.ZERO.minus(amount) : amount;
            }
        } catch (IllegalArgumentException wrong) {
            // told below, for zero too
        }
        throw Problem.invalid(name + ": '" + Shown.text(text)
                + "' (expected: dollars with up to 9 decimals, above 0, at most 9000000)");
    }

    /** Dollars from 0 on, in nano-USD; null: not given. */
    @Nullable
    Long dollars(String name) {
        String text = optional(name);
        if (text == null) {
            return null;
        }
        try {
            return Usd.parse(text).nano();
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid(
                    name + ": '" + Shown.text(text) + "' (expected: dollars with up to 9 decimals, from 0 to 9000000)");
        }
    }

    /** A whole number from 0 to 9e15; null: not given. */
    @Nullable
    Long count(String name) {
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.longValue() < 0
                || node.longValue() > Usd.MAX_NANO) {
            throw Problem.invalid(name + ": " + Shown.text(node.toString()) + " (expected: a whole number from 0 to "
                    + Usd.MAX_NANO + ")");
        }
        return node.longValue();
    }

    /** A moment after now: a date, whose end is meant, or an instant. */
    @Nullable
    Instant moment(String name, Instant now) {
        String text = optional(name);
        if (text == null) {
            return null;
        }
        try {
            Instant moment = text.length() == "2026-01-31".length()
                    ? LocalDate.parse(text)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                    : Instant.parse(text);
            if (moment.isAfter(now) && !moment.isAfter(LATEST)) {
                return moment;
            }
        } catch (DateTimeException wrong) {
            // told below, for what is past too
        }
        throw Problem.invalid(name + ": '" + Shown.text(text)
                + "' (expected: 2026-01-31 or 2026-01-31T12:00:00Z, from now on and before the year 10000)");
    }
}
