package tollgate.dialect.usage;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Attribute;
import tollgate.pricing.Estimate;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tools.jackson.databind.JsonNode;

/**
 * What can be told of a request body's cost before it runs, in any dialect: how much text and how many pictures it has,
 * how long its answer may be, what it asks for outright. A prediction, not what holds are made of: those come from the
 * dialect's own strict reader.
 *
 * @param model as written; null: it does not say (Gemini and Bedrock have it in the address)
 * @param request what it asks for
 * @param terms how
 */
public record RequestReading(@Nullable String model, Estimate.Request request, Terms terms) {
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000);

    private static final String[][] CEILINGS = {
        {"max_completion_tokens"},
        {"max_output_tokens"},
        {"max_tokens"},
        {"generationConfig", "maxOutputTokens"},
        {"generation_config", "max_output_tokens"},
        {"inferenceConfig", "maxTokens"},
        {"options", "num_predict"},
    };
    private static final String[][] CHOICES = {{"n"}, {"best_of"}, {"generationConfig", "candidateCount"}};

    /** Reads a body. */
    public static RequestReading of(JsonNode body, Terms terms) {
        Counts counts = new Counts(body);
        Tally tally = new Tally();
        tally.add("", body);
        boolean pictures = body.has("prompt") && (body.has("size") || body.has("quality")) && !body.has("max_tokens");
        boolean speech = body.has("voice") && body.path("input").isString();
        Usage.Builder counted = Usage.builder();
        if (pictures) {
            counted.set(UnitClass.IMAGE, counts.has("n") ? counts.count("n") : 1);
        }
        if (speech) {
            String text = body.path("input").stringValue();
            counted.set(UnitClass.CHARACTER, text.codePointCount(0, text.length()));
        }
        Terms asked = terms.tier(counts.text("service_tier"))
                .with(Attribute.SIZE, counts.text("size"))
                .with(Attribute.QUALITY, counts.text("quality"));
        long ceiling = pictures || speech ? 0 : ceiling(body);
        long choices = pictures ? 1 : Math.max(1, most(body, CHOICES));
        return new RequestReading(
                counts.text("model"),
                new Estimate.Request(tally.bytes, tally.images, ceiling, choices, counted.build()),
                asked);
    }

    private static long ceiling(JsonNode body) {
        long most = most(body, CEILINGS);
        boolean embeds = body.has("input") && !body.has("messages") && body.has("encoding_format");
        return most >= 0 ? most : embeds ? 0 : -1;
    }

    private static long most(JsonNode body, String[][] places) {
        long most = -1;
        for (String[] place : places) {
            JsonNode at = body;
            for (String name : place) {
                at = at.path(name);
            }
            if (at.isNumber()) {
                BigDecimal number = at.decimalValue();
                if (number.signum() < 0 || number.compareTo(MOST) > 0) {
                    throw new InvalidUsage(
                            String.join(".", place) + ": " + shown(number) + " (expected: 0.." + MOST + ")");
                }
                most = Math.max(most, number.longValue());
            }
        }
        return most;
    }

    /** An exponent is not written out: it may stand for more digits than there is room for. */
    private static String shown(BigDecimal number) {
        return number.precision() - number.scale() > 40 || number.scale() > 40
                ? number.toString()
                : number.toPlainString();
    }

    /** Text and pictures of a tree. */
    private static final class Tally {
        private long bytes;
        private long images;

        void add(String name, JsonNode node) {
            if (node.isString()) {
                String text = node.stringValue();
                if (isPicture(name, text)) {
                    images++;
                } else {
                    bytes += text.getBytes(StandardCharsets.UTF_8).length;
                }
            } else if (node.isObject()) {
                for (var field : node.properties()) {
                    add(field.getKey(), field.getValue());
                }
            } else if (node.isArray()) {
                for (JsonNode item : node) {
                    add(name, item);
                }
            }
        }

        private static boolean isPicture(String name, String text) {
            return text.startsWith("data:")
                    || name.equals("data")
                    || name.equals("b64_json")
                    || name.equals("bytes")
                    || ((name.equals("url") || name.equals("image_url")) && text.startsWith("http"));
        }
    }
}
