package tollgate.dialect.usage;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Attribute;
import tollgate.pricing.UnitClass;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a provider's usage object, or the answer around it, in any dialect. Stateless. */
public final class UsageReading {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** In this order: Anthropic's fields are told from OpenAI's by those that only Anthropic has. */
    private static final List<Shape> SHAPES = List.of(
            new CohereShape(),
            new GeminiShape(),
            new BedrockShape(),
            new OllamaShape(),
            new AnthropicShape(),
            new OpenAiShape(),
            new UnitsShape());

    /** Where an answer has its usage object. */
    private static final List<String> AROUND =
            List.of("usage", "usageMetadata", "usage_info", "meta", "statistics", "x_groq", "response");

    private UsageReading() {}

    /**
     * Reads a text.
     *
     * @param apart the classes that the model prices apart
     * @throws InvalidUsage when it is no JSON object, none of a known form, or has a count that cannot be one
     */
    public static Reported read(String json, Predicate<UnitClass> apart) {
        JsonNode node;
        try {
            node = MAPPER.readTree(json.startsWith("\uFEFF") ? json.substring(1) : json);
        } catch (JacksonException broken) {
            throw new InvalidUsage("usage: not JSON: " + broken.getOriginalMessage());
        }
        return read(node, apart);
    }

    /**
     * Reads an object.
     *
     * @param apart the classes that the model prices apart
     * @throws InvalidUsage when it is none of a known form, or has a count that cannot be one
     */
    public static Reported read(JsonNode node, Predicate<UnitClass> apart) {
        if (!node.isObject()) {
            throw new InvalidUsage("usage: " + node.getNodeType() + " (expected: a JSON object)");
        }
        JsonNode object = within(node);
        Counts counts = new Counts(object);
        for (Shape shape : SHAPES) {
            if (shape.recognises(counts)) {
                return reported(shape, counts, node, apart);
            }
        }
        throw new InvalidUsage("usage: fields " + object.propertyNames()
                + " (expected: those of a provider's usage object, such as prompt_tokens and completion_tokens)");
    }

    /**
     * Reads an object that is known to be Anthropic's, whatever else is in it.
     *
     * @throws InvalidUsage when it has a count that cannot be one
     */
    public static Reported anthropic(JsonNode usage) {
        return reported(new AnthropicShape(), new Counts(usage), usage, unit -> false);
    }

    /**
     * Reads an object that is known to be Gemini's, whatever else is in it.
     *
     * @param apart the classes to be told apart
     * @throws InvalidUsage when it has a count that cannot be one
     */
    public static Reported gemini(JsonNode usage, Predicate<UnitClass> apart) {
        return reported(new GeminiShape(), new Counts(usage), usage, apart);
    }

    /**
     * Reads an object that is known to be Ollama's, whatever else is in it.
     *
     * @throws InvalidUsage when it has a count that cannot be one
     */
    public static Reported ollama(JsonNode usage) {
        return reported(new OllamaShape(), new Counts(usage), usage, unit -> false);
    }

    /**
     * Reads an object that is known to be Bedrock's, whatever else is in it.
     *
     * @throws InvalidUsage when it has a count that cannot be one
     */
    public static Reported bedrock(JsonNode usage) {
        return reported(new BedrockShape(), new Counts(usage), usage, unit -> false);
    }

    private static Reported reported(Shape shape, Counts counts, JsonNode around, Predicate<UnitClass> apart) {
        return new Reported(
                shape.read(counts, apart),
                tier(counts, new Counts(around)),
                counts.text("inference_geo"),
                attributes(counts),
                cost(counts),
                counts.doubts());
    }

    private static JsonNode within(JsonNode node) {
        for (String name : AROUND) {
            if (node.path(name).isObject()) {
                return within(node.path(name));
            }
        }
        return node;
    }

    private static @Nullable String tier(Counts counts, Counts around) {
        if ("fast".equals(counts.text("speed")) || "fast".equals(around.text("speed"))) {
            return "fast";
        }
        String within = first(counts, "service_tier", "serviceTier");
        String told = within == null ? first(around, "service_tier", "serviceTier") : within;
        // a speed that is told says of another one that it was not that
        return told == null ? counts.text("speed") == null ? around.text("speed") : counts.text("speed") : told;
    }

    private static @Nullable String first(Counts counts, String name, String otherwise) {
        return counts.text(name) == null ? counts.text(otherwise) : counts.text(name);
    }

    private static Map<Attribute, String> attributes(Counts counts) {
        Map<Attribute, String> attributes = new EnumMap<>(Attribute.class);
        put(attributes, Attribute.SIZE, counts.text("size"));
        put(attributes, Attribute.QUALITY, counts.text("quality"));
        put(attributes, Attribute.RESOLUTION, counts.text("resolution"));
        put(attributes, Attribute.SEARCH_CONTEXT, counts.text("search_context_size"));
        put(attributes, Attribute.METHOD, counts.at("method").text("type"));
        return attributes;
    }

    private static void put(Map<Attribute, String> attributes, Attribute attribute, @Nullable String value) {
        if (value != null && !value.equals("auto")) {
            attributes.put(attribute, value);
        }
    }

    private static @Nullable BigDecimal cost(Counts counts) {
        if (counts.at("cost").has("total_cost")) {
            return counts.at("cost").decimal("total_cost");
        }
        if (counts.has("cost_in_usd_ticks")) {
            return counts.decimal("cost_in_usd_ticks").movePointLeft(10);
        }
        return counts.has("cost") ? costNumber(counts) : null;
    }

    private static @Nullable BigDecimal costNumber(Counts counts) {
        try {
            return counts.decimal("cost");
        } catch (InvalidUsage notANumber) {
            return null;
        }
    }
}
