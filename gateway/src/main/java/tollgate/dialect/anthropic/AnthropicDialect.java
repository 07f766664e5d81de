package tollgate.dialect.anthropic;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
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
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.json.RequestReader;

/** Anthropic's wire language: Messages, and the counting of their tokens. Stateless and thread-safe. */
public final class AnthropicDialect implements Dialect {
    private static final String MESSAGES = "/v1/messages";

    /** Types of errors about the account that was used (platform.claude.com/docs/en/api/errors). */
    private static final Set<String> ACCOUNT = Set.of("authentication_error", "billing_error", "permission_error");

    /** An empty, closed or limited account is told as an invalid request: only the message says so. */
    private static final List<String> ACCOUNT_MESSAGES =
            List.of("credit balance is too low", "organization has been disabled", "api usage limits");

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public @Nullable Service service(String method, String path) {
        if (!method.equals("POST")) {
            return null;
        }
        return switch (path) {
            case MESSAGES -> Service.CHAT;
            case MESSAGES + "/count_tokens" -> Service.COUNT_TOKENS;
            default -> null;
        };
    }

    /** Every client of Anthropic's says which version of the interface it means. */
    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return path.startsWith(MESSAGES) || header.test("anthropic-version");
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT, Service.COUNT_TOKENS);
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
        return RequestReader.read(body, parser -> new MessagesRequestReader(parser, service));
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        ReadFacts facts = new ReadFacts(new MessagesDocument(service == Service.COUNT_TOKENS), new MessageUsage());
        return facts.scanner(shape);
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("x-api-key", apiKey);
    }

    @Override
    public boolean blamesAccount(byte[] document) {
        return ErrorObject.says(document, (name, text) -> switch (name) {
            case "type" -> ACCOUNT.contains(text);
            case "message" -> ACCOUNT_MESSAGES.stream().anyMatch(text.toLowerCase(Locale.ROOT)::contains);
            default -> false;
        });
    }

    @Override
    public ErrorBody error(Refusal refusal, @Nullable String exchange) {
        return new ErrorBody("application/json", ErrorDocument.of(refusal, exchange));
    }

    /** {@code anthropic-ratelimit-requests-limit}, {@code -remaining} and {@code -reset} as RFC 3339 (its API's "Rate limits"). */
    @Override
    public void tell(Allowance left, BiConsumer<String, String> field) {
        String prefix = "anthropic-ratelimit-" + left.of().wireName();
        field.accept(prefix + "-limit", Long.toString(left.limit()));
        field.accept(prefix + "-remaining", Long.toString(left.remaining()));
        // whole seconds, never too early
        long seconds = Math.ceilDiv(left.resetsMs(), 1_000L);
        field.accept(prefix + "-reset", Instant.ofEpochSecond(seconds).toString());
    }

    @Override
    public byte[] errorEvent(
            Service service, AnswerShape.Form form, Refusal refusal, String exchange, byte @Nullable [] comment) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(
                ("event: error\ndata: " + ErrorDocument.of(refusal, exchange) + "\n").getBytes(StandardCharsets.UTF_8));
        if (comment != null) {
            event.writeBytes(comment);
        }
        event.write('\n');
        return event.toByteArray();
    }
}
