package tollgate.dialect.bedrock;

import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.Refusal;
import tollgate.dialect.json.Jackson;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Refusals in Bedrock's shape: {@code {"message"}}, and a field in the head, or of a frame, that says which exception it is.
 * The names are those that the service declares, so that client libraries have classes for them.
 */
final class ErrorDocument {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final long LONGEST_WAIT_S = 60;

    /** What Bedrock says of an account; it may name that account, too. */
    private static final List<String> ACCOUNT_MESSAGES = List.of(
            "security token",
            "signature expired",
            "signature not yet current",
            "signature we calculated",
            "api key",
            "bearer token",
            "not authorized to perform",
            "don't have access to the model",
            "arn:aws:iam",
            "arn:aws:sts",
            "operation not allowed");

    private ErrorDocument() {}

    /** The exception that stands for a status; clients try some of them again. */
    private static String type(Refusal refusal) {
        return switch (refusal.status()) {
            case 401 -> "UnrecognizedClientException";
            // no client tries that again, unlike throttling
            case 402 -> "ServiceQuotaExceededException";
            case 403 -> "AccessDeniedException";
            case 404 -> "ResourceNotFoundException";
            case 409 -> "ConflictException";
            case 429 ->
                refusal.details().get("retry_after") instanceof Long seconds && seconds > LONGEST_WAIT_S
                        ? "ServiceQuotaExceededException"
                        : "ThrottlingException";
            case 503 -> "ServiceUnavailableException";
            case 504 -> "ModelTimeoutException";
            default -> refusal.status() >= 500 ? "InternalServerException" : "ValidationException";
        };
    }

    /** The exceptions that a stream may end with are fewer. */
    private static String typeInStream(int status) {
        return switch (status) {
            case 402, 429 -> "throttlingException";
            case 502 -> "modelStreamErrorException";
            case 503 -> "serviceUnavailableException";
            case 504 -> "modelTimeoutException";
            default -> status >= 500 ? "internalServerException" : "validationException";
        };
    }

    static ErrorBody of(Refusal refusal, @Nullable String exchange) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("x-amzn-errortype", type(refusal));
        if (exchange != null) {
            fields.put("x-amzn-requestid", exchange);
        }
        return new ErrorBody("application/json", text(refusal, exchange), fields);
    }

    /** The same as the frame that ends a stream. */
    static byte[] frame(Refusal refusal, String exchange) {
        Map<String, HeaderValue> fields = new LinkedHashMap<>();
        fields.put(":exception-type", HeaderValue.fromString(typeInStream(refusal.status())));
        fields.put(":content-type", HeaderValue.fromString("application/json"));
        fields.put(":message-type", HeaderValue.fromString("exception"));
        byte[] payload = text(refusal, exchange).getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = new Message(fields, payload).toByteBuffer();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** {@code code} would be taken for the exception's name by some clients: ours is the {@code reason}. */
    private static String text(Refusal refusal, @Nullable String exchange) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("message", refusal.message());
            json.writeStringProperty("reason", refusal.code());
            if (refusal.param() != null) {
                json.writeStringProperty("param", refusal.param());
            }
            refusal.writeDetails(json);
            if (exchange != null) {
                json.writeStringProperty("request_id", exchange);
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    /** Whether an error's message is about the account that was used. */
    static boolean blamesAccount(byte[] document) {
        try (JsonParser parser = Jackson.parser(document, 0, document.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean message = parser.currentName().equalsIgnoreCase("message");
                if (parser.nextToken() == JsonToken.VALUE_STRING && message) {
                    String said = parser.getString().toLowerCase(Locale.ROOT);
                    return ACCOUNT_MESSAGES.stream().anyMatch(said::contains);
                }
                parser.skipChildren();
            }
        } catch (JacksonException noDocument) {
            return false;
        }
        return false;
    }
}
