package tollgate.dialect.gemini;

import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Refusal;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Refusals in Google's shape (cloud.google.com/apis/design/errors): {@code {"error":{"code","message","status","details"}}}. */
final class ErrorDocument {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final String TYPES = "type.googleapis.com/google.rpc.";

    private ErrorDocument() {}

    /** The canonical name that Google gives a status (google.rpc.Code). */
    static String status(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 402, 429 -> "RESOURCE_EXHAUSTED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 409 -> "ABORTED";
            case 502, 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
        };
    }

    /** The error document: our code is the reason, the refusal's details its metadata, which are texts in this shape. */
    static String of(Refusal refusal, @Nullable String exchange) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeObjectPropertyStart("error");
            json.writeNumberProperty("code", refusal.status());
            json.writeStringProperty("message", refusal.message());
            json.writeStringProperty("status", status(refusal.status()));
            json.writeArrayPropertyStart("details");
            reason(json, refusal, exchange);
            violation(json, refusal);
            if (refusal.details().get("retry_after") instanceof Long seconds) {
                json.writeStartObject();
                json.writeStringProperty("@type", TYPES + "RetryInfo");
                json.writeStringProperty("retryDelay", seconds + "s");
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void reason(JsonGenerator json, Refusal refusal, @Nullable String exchange) {
        json.writeStartObject();
        json.writeStringProperty("@type", TYPES + "ErrorInfo");
        json.writeStringProperty("reason", refusal.code().toUpperCase(Locale.ROOT));
        json.writeStringProperty("domain", "tollgate");
        json.writeObjectPropertyStart("metadata");
        for (Map.Entry<String, Object> detail : refusal.details().entrySet()) {
            json.writeStringProperty(detail.getKey(), detail.getValue().toString());
        }
        if (exchange != null) {
            json.writeStringProperty("request_id", exchange);
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void violation(JsonGenerator json, Refusal refusal) {
        if (refusal.param() != null) {
            json.writeStartObject();
            json.writeStringProperty("@type", TYPES + "BadRequest");
            json.writeArrayPropertyStart("fieldViolations");
            json.writeStartObject();
            json.writeStringProperty("field", refusal.param());
            json.writeStringProperty("description", refusal.message());
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
