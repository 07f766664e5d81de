package tollgate.dialect.anthropic;

import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Refusal;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Refusals in Anthropic's shape: {@code {"type":"error","error":{"type","message"},"request_id"}}. */
final class ErrorDocument {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ErrorDocument() {}

    /**
     * The {@code type} that Anthropic gives errors of a status (platform.claude.com/docs/en/api/errors); libraries choose
     * the class by status, and inside streams by this.
     */
    static String type(Refusal refusal) {
        return switch (refusal.status()) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> refusal.status() >= 500 ? "api_error" : "invalid_request_error";
        };
    }

    /** The error document; our code, the field at fault and the refusal's details are further fields of the error object. */
    static String of(Refusal refusal, @Nullable String exchange) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("type", "error");
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("type", type(refusal));
            json.writeStringProperty("message", refusal.message());
            json.writeStringProperty("code", refusal.code());
            if (refusal.param() != null) {
                json.writeStringProperty("param", refusal.param());
            }
            refusal.writeDetails(json);
            json.writeEndObject();
            if (exchange != null) {
                json.writeStringProperty("request_id", exchange);
            }
            json.writeEndObject();
        }
        return text.toString();
    }
}
