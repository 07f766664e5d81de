package tollgate.dialect.openai;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Allowance;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.OfferedModel;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ErrorObject;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.json.RequestReader;

/**
 * OpenAI's wire language. Stateless and thread-safe.
 *
 * <p>Others speak it at other paths, with the key elsewhere, or in part: each is a subclass.
 */
public class OpenAiDialect implements Dialect {
    private static final String HERE = "/v1";

    /** Everything that is metered: whatever is not here is not served. */
    private static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint(Service.CHAT, "/chat/completions", ChatRequestReader::new, OpenAiDialect::chat),
            new Endpoint(Service.COMPLETIONS, "/completions", CompletionRequestReader::new, OpenAiDialect::chat),
            new Endpoint(Service.EMBEDDINGS, "/embeddings", EmbeddingRequestReader::new, OpenAiDialect::embeddings),
            new Endpoint(Service.RESPONSES, "/responses", ResponseRequestReader::new, OpenAiDialect::responses),
            new Endpoint(Service.MODERATION, "/moderations", ModerationRequestReader::new, OpenAiDialect::judgements));

    /** Codes and types of errors about the account that was used (platform.openai.com/docs/guides/error-codes). */
    private static final Set<String> ACCOUNT = Set.of(
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
            "account_deactivated",
            "invalid_api_key");

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public final @Nullable Service service(String method, String path) {
        String asked = method.equals("POST") ? below(path) : null;
        for (Endpoint endpoint : ENDPOINTS) {
            if (endpoint.path().equals(asked) && services().contains(endpoint.service())) {
                return endpoint.service();
            }
        }
        return null;
    }

    @Override
    public final @Nullable ObjectCall objectCall(String method, String path) {
        String asked = below(path);
        return asked == null ? null : ObjectPaths.of(method, asked, services());
    }

    @Override
    public final RequestReading readObject(ObjectCall call, ByteBuf body) {
        return RequestReader.read(body, ObjectBodyReader::new);
    }

    /** What of a raw path stands below where the language is spoken: {@code /chat/completions}; null: it is elsewhere. */
    protected @Nullable String below(String path) {
        return path.startsWith(HERE) ? path.substring(HERE.length()) : null;
    }

    /** Whoever does not say otherwise: most clients are of this dialect. */
    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return true;
    }

    @Override
    public Set<Service> services() {
        return ENDPOINTS.stream().map(Endpoint::service).collect(Collectors.toUnmodifiableSet());
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
        return RequestReader.read(body, endpoint(service).reader(), modelInPath(path));
    }

    /** The model that a path is about, whatever a body says; null: the body says so. */
    protected @Nullable String modelInPath(String path) {
        return null;
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        ReadFacts facts = endpoint(service).facts().get();
        return facts.scanner(shape);
    }

    private static Endpoint endpoint(Service service) {
        for (Endpoint endpoint : ENDPOINTS) {
            if (endpoint.service() == service) {
                return endpoint;
            }
        }
        throw new IllegalArgumentException("service: " + service + " (expected: one that the dialect has)");
    }

    private static ReadFacts chat() {
        return new ReadFacts(new ChatDocument(), TokenCounts::report);
    }

    private static ReadFacts responses() {
        ResponseDocument document = new ResponseDocument();
        return new ReadFacts(document, new ResponseUsage(document));
    }

    private static ReadFacts embeddings() {
        return new ReadFacts(new ListDocument(Name.DATA), TokenCounts::promptReport);
    }

    private static ReadFacts judgements() {
        return new ReadFacts(new ListDocument(Name.RESULTS), TokenCounts::promptReport);
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("Authorization", "Bearer " + apiKey);
    }

    @Override
    public boolean blamesAccount(byte[] document) {
        return ErrorObject.says(
                document, (name, text) -> (name.equals("code") || name.equals("type")) && ACCOUNT.contains(text));
    }

    @Override
    public ErrorBody error(Refusal refusal, @Nullable String exchange) {
        return new ErrorBody("application/json", ErrorDocument.of(refusal));
    }

    @Override
    public void tell(Allowance left, BiConsumer<String, String> field) {
        RateLimitFields.tell(left, field);
    }

    @Override
    public byte[] errorEvent(
            Service service, AnswerShape.Form form, Refusal refusal, String exchange, byte @Nullable [] comment) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        String text = service == Service.RESPONSES
                ? "event: error\ndata: " + ErrorDocument.event(refusal) + "\n"
                : "data: " + ErrorDocument.of(refusal) + "\n";
        event.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        if (comment != null) {
            event.writeBytes(comment);
        }
        event.write('\n');
        return event.toByteArray();
    }
}
