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
import tollgate.dialect.OfferedModel;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ErrorObject;
import tollgate.dialect.answer.EventStreamScanner;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.answer.WholeAnswerScanner;
import tollgate.dialect.json.RequestReader;

/** OpenAI's wire language. Stateless and thread-safe. */
public final class OpenAiDialect implements Dialect {
    /** Everything that is metered: whatever is not here is not served. */
    private static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint(Service.CHAT, "/v1/chat/completions", ChatRequestReader::new, OpenAiDialect::chat),
            new Endpoint(Service.COMPLETIONS, "/v1/completions", CompletionRequestReader::new, OpenAiDialect::chat),
            new Endpoint(Service.EMBEDDINGS, "/v1/embeddings", EmbeddingRequestReader::new, OpenAiDialect::embeddings),
            new Endpoint(Service.RESPONSES, "/v1/responses", ResponseRequestReader::new, OpenAiDialect::responses),
            new Endpoint(
                    Service.MODERATION, "/v1/moderations", ModerationRequestReader::new, OpenAiDialect::judgements));

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
    public @Nullable Service service(String method, String path) {
        for (Endpoint endpoint : ENDPOINTS) {
            if (endpoint.path().equals(path)) {
                return method.equals("POST") ? endpoint.service() : null;
            }
        }
        return null;
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
    public RequestReading read(Service service, ByteBuf body) {
        return RequestReader.read(body, endpoint(service).reader());
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        ReadFacts facts = endpoint(service).facts().get();
        return shape.eventStream() ? new EventStreamScanner(facts, shape) : new WholeAnswerScanner(facts);
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
    public byte[] errorEvent(Service service, Refusal refusal, String exchange, byte @Nullable [] comment) {
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
