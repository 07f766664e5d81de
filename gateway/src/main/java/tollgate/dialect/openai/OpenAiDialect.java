package tollgate.dialect.openai;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ErrorObject;
import tollgate.dialect.answer.EventStreamScanner;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.answer.WholeAnswerScanner;
import tollgate.dialect.json.RequestReader;

/** OpenAI's wire language: Chat Completions. Stateless and thread-safe. */
public final class OpenAiDialect implements Dialect {
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
        return method.equals("POST") && path.equals("/v1/chat/completions") ? Service.CHAT : null;
    }

    /** Whoever does not say otherwise: most clients are of this dialect. */
    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return true;
    }

    @Override
    public RequestReading read(Service service, ByteBuf body) {
        return RequestReader.read(body, ChatRequestReader::new);
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        ReadFacts facts = new ReadFacts(new ChatDocument(), TokenCounts::report);
        return shape.eventStream() ? new EventStreamScanner(facts, shape) : new WholeAnswerScanner(facts);
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
    public byte[] errorEvent(Refusal refusal, String exchange, byte @Nullable [] comment) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("data: " + ErrorDocument.of(refusal) + "\n").getBytes(StandardCharsets.UTF_8));
        if (comment != null) {
            event.writeBytes(comment);
        }
        event.write('\n');
        return event.toByteArray();
    }
}
