package tollgate.dialect.openai;

import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Refusal;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Refusals in OpenAI's shape: {@code {"error":{"message","type","param","code"}}}. */
final class ErrorDocument {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ErrorDocument() {}

    /** The {@code type} that OpenAI gives errors of a status; libraries choose the class by status, people read this. */
    static String type(Refusal refusal) {
        return switch (refusal.status()) {
            case 402 -> "insufficient_funds";
            case 403 -> "permission_error";
            case 404, 400, 401, 405, 413, 415 -> "invalid_request_error";
            case 429 -> "rate_limit_error";
            default -> refusal.status() >= 500 ? "server_error" : "invalid_request_error";
        };
    }

    /** The error document, with the refusal's details as further fields of the error object. */
    static String of(Refusal refusal) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            error(json, refusal);
            json.writeEndObject();
        }
        return text.toString();
    }

    /**
     * The data of an event that ends a stream of Responses. The documentation has its fields at the top; what is sent has
     * them in an error object, which is what libraries raise on: both are here.
     */
    static String event(Refusal refusal) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("type", "error");
            json.writeStringProperty("code", refusal.code());
            json.writeStringProperty("message", refusal.message());
            nullable(json, "param", refusal.param());
            error(json, refusal);
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void error(JsonGenerator json, Refusal refusal) {
        json.writeObjectPropertyStart("error");
        json.writeStringProperty("message", refusal.message());
        json.writeStringProperty("type", type(refusal));
        nullable(json, "param", refusal.param());
        json.writeStringProperty("code", refusal.code());
        refusal.writeDetails(json);
        json.writeEndObject();
    }

    private static void nullable(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }
}
