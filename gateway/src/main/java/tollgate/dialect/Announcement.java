package tollgate.dialect;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What an exchange cost, as told with its answer: the fields of a head or of trailers, and one line inside a stream.
 * The names and formats are promises to users. Immutable and thread-safe.
 *
 * @param begun what was known when the head left
 * @param model the exact model that answered; null where the answer named none
 * @param units the units charged for; null where nothing was counted
 * @param estimated some count was not reported by the upstream
 * @param charge what the wallet pays
 * @param balance the wallet's balance after this settlement; null where unknown or not to be shown
 */
public record Announcement(
        Begun begun,
        @Nullable String model,
        @Nullable Usage units,
        boolean estimated,
        Usd charge,
        @Nullable Usd balance) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int LONGEST_VALUE = 256;

    /** The fields that a stream has in its trailers, for its {@code Trailer} head. */
    public static final String TRAILER_NAMES = "X-Usage-Cost, X-Total-Tokens, X-Model, X-Request-Type, X-Usage-Units,"
            + " X-Wallet-Balance, X-Tollgate-Request-Id, X-Usage-Estimated, X-Tollgate-Clamped";

    private static final Set<String> OURS = Set.of(
            "x-usage-cost",
            "x-total-tokens",
            "x-model",
            "x-request-type",
            "x-usage-units",
            "x-wallet-balance",
            "x-usage-estimated");

    /**
     * What is known of an exchange when a stream's head leaves.
     *
     * @param exchange the exchange's id
     * @param service what was asked for
     * @param clamped the output ceiling that we set; null where we set none
     */
    public record Begun(
            String exchange, Service service, @Nullable Long clamped) {
        /** Hands each field's name and value on. */
        public void fields(BiConsumer<String, String> to) {
            to.accept("X-Request-Type", service.wireName());
            to.accept("X-Tollgate-Request-Id", exchange);
            if (clamped != null) {
                to.accept("X-Tollgate-Clamped", clamped.toString());
            }
        }
    }

    /** Whether a field's name is one of ours, which nobody else may send: such fields are dropped both ways. */
    public static boolean isOurs(String fieldName) {
        String name = fieldName.toLowerCase(Locale.ROOT);
        return name.startsWith("x-tollgate-") || OURS.contains(name);
    }

    /** Hands each field's name and value on, those of {@link Begun} included. */
    public void fields(BiConsumer<String, String> to) {
        to.accept("X-Usage-Cost", charge.toString());
        if (units != null) {
            to.accept("X-Total-Tokens", Long.toString(units.totalTokens()));
        }
        if (model != null) {
            to.accept("X-Model", visible(model));
        }
        if (units != null) {
            to.accept("X-Usage-Units", units.text());
        }
        if (balance != null) {
            to.accept("X-Wallet-Balance", balance.toString());
        }
        if (estimated) {
            to.accept("X-Usage-Estimated", "true");
        }
        begun.fields(to);
    }

    /** The line for inside a stream: a comment to every reader of server-sent events, ended by LF. */
    public byte[] comment() {
        StringWriter line = new StringWriter();
        line.write(": tollgate ");
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            json.writeStringProperty("usage_cost", charge.toString());
            if (units != null) {
                json.writeNumberProperty("total_tokens", units.totalTokens());
            }
            if (model != null) {
                json.writeStringProperty("model", shortened(model));
            }
            if (units != null) {
                json.writeObjectPropertyStart("units");
                for (Map.Entry<UnitClass, Long> unit : units.asMap().entrySet()) {
                    json.writeNumberProperty(unit.getKey().wireName(), unit.getValue());
                }
                json.writeEndObject();
            }
            if (balance != null) {
                json.writeStringProperty("balance", balance.toString());
            }
            if (estimated) {
                json.writeBooleanProperty("estimated", true);
            }
            json.writeStringProperty("id", begun.exchange);
            json.writeEndObject();
        }
        line.write('\n');
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The charge as one more field at the end of a usage object. */
    public byte[] costField() {
        return (",\"cost\":\"" + charge + "\"").getBytes(StandardCharsets.US_ASCII);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE);
    }

    /** A field's value is visible ASCII (RFC 9110 §5.5): a model's name is the upstream's text. */
    private static String visible(String text) {
        return shortened(text).replaceAll("[^ -~]", "?").strip();
    }
}
