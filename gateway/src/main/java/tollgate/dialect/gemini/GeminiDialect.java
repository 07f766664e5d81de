package tollgate.dialect.gemini;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.OfferedModel;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ErrorObject;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.json.RequestReader;

/**
 * Google's Gemini API. The path names the model and whether the answer streams; a stream comes as events where the query
 * says {@code alt=sse}, else as one array. Stateless and thread-safe.
 */
public final class GeminiDialect implements Dialect {
    private static final String STREAM = "streamGenerateContent";

    /** A key that is refused is told as an invalid request: only the message says so. */
    private static final List<String> ACCOUNT_MESSAGES =
            List.of("api key not valid", "api key expired", "api_key_invalid", "enable billing");

    /** What Google's machines tell of the same (google.api.ErrorReason). */
    private static final Set<String> ACCOUNT_REASONS = Set.of(
            "ACCESS_TOKEN_EXPIRED",
            "ACCOUNT_STATE_INVALID",
            "API_KEY_INVALID",
            "API_KEY_SERVICE_BLOCKED",
            "API_KEY_HTTP_REFERRER_BLOCKED",
            "API_KEY_IP_ADDRESS_BLOCKED",
            "BILLING_DISABLED",
            "CONSUMER_INVALID",
            "CONSUMER_SUSPENDED",
            "CREDENTIALS_MISSING",
            "SERVICE_DISABLED");

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public @Nullable Service service(String method, String path) {
        ModelPath asked = method.equals("POST") ? ModelPath.of(path) : null;
        return asked == null
                ? null
                : switch (asked.method()) {
                    case "generateContent", STREAM -> Service.CHAT;
                    case "embedContent", "batchEmbedContents" -> Service.EMBEDDINGS;
                    case "countTokens" -> Service.COUNT_TOKENS;
                    default -> null;
                };
    }

    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return path.startsWith("/v1beta/") || header.test("x-goog-api-key") || ModelPath.of(path) != null;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT, Service.EMBEDDINGS, Service.COUNT_TOKENS);
    }

    @Override
    public String provider() {
        return "google";
    }

    @Override
    public List<String> modelPaths() {
        return List.of("/v1beta/models", "/v1/models");
    }

    @Override
    public String modelList(List<OfferedModel> models) {
        return ModelDocument.list(models);
    }

    @Override
    public String model(OfferedModel model) {
        return ModelDocument.of(model);
    }

    @Override
    public RequestReading read(Service service, String path, ByteBuf body) {
        ModelPath asked = ModelPath.of(path);
        if (asked == null) {
            throw new IllegalArgumentException("path: '" + path + "' (expected: one that is metered)");
        }
        String model = asked.model();
        return RequestReader.read(body, parser -> switch (asked.method()) {
            case "countTokens" -> new CountRequestReader(parser, model);
            case "embedContent" -> new EmbedRequestReader(parser, model, false);
            case "batchEmbedContents" -> new EmbedRequestReader(parser, model, true);
            default -> new GenerateRequestReader(parser, model, asked.method().equals(STREAM));
        });
    }

    @Override
    public String naming(String path, String model) {
        ModelPath asked = ModelPath.of(path);
        return asked == null ? path : asked.naming(path, model);
    }

    @Override
    public Form form(MeteredRequest request, String contentType) {
        if (contentType.startsWith("text/event-stream")) {
            return Form.EVENTS;
        }
        return request.stream() ? Form.SEQUENCE : Form.WHOLE;
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        GeminiDocument document = new GeminiDocument(service);
        return new ReadFacts(document, new GeminiUsage(document)).scanner(shape);
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("x-goog-api-key", apiKey);
    }

    @Override
    public boolean blamesAccount(byte[] document) {
        return ErrorObject.says(document, (name, text) -> switch (name) {
            case "message" -> ACCOUNT_MESSAGES.stream().anyMatch(text.toLowerCase(Locale.ROOT)::contains);
            case "details.reason" -> ACCOUNT_REASONS.contains(text);
            default -> false;
        });
    }

    @Override
    public ErrorBody error(Refusal refusal, @Nullable String exchange) {
        return new ErrorBody("application/json", ErrorDocument.of(refusal, exchange));
    }

    /** No comment is ever part of it. Of an array some element has left before. */
    @Override
    public byte[] errorEvent(Service service, Form form, Refusal refusal, String exchange, byte @Nullable [] comment) {
        String error = ErrorDocument.of(refusal, exchange);
        String text = form == Form.SEQUENCE ? ",\r\n" + error + "\n]" : "data: " + error + "\r\n\r\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean takesQuery(String name, String value) {
        return SystemParameters.takes(name, value);
    }
}
