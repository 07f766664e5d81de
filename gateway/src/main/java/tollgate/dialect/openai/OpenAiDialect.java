package tollgate.dialect.openai;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;

/** OpenAI's wire language: Chat Completions. Stateless and thread-safe. */
public final class OpenAiDialect implements Dialect {
    @Override
    public String name() {
        return "openai";
    }

    @Override
    public @Nullable Service service(String method, String path) {
        return method.equals("POST") && path.equals("/v1/chat/completions") ? Service.CHAT : null;
    }

    @Override
    public RequestReading read(ByteBuf body) {
        return ChatRequestReader.read(body);
    }

    @Override
    public AnswerScanner scanner(AnswerShape shape) {
        return shape.eventStream()
                ? new EventStreamScanner(shape.hideUsage(), shape.costInUsage())
                : new WholeAnswerScanner();
    }

    @Override
    public boolean blamesAccount(byte[] document) {
        return ErrorObject.blamesAccount(document);
    }

    @Override
    public ErrorBody error(Refusal refusal) {
        return new ErrorBody("application/json", ErrorDocument.of(refusal));
    }

    @Override
    public byte[] errorEvent(Refusal refusal, byte @Nullable [] comment) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("data: " + ErrorDocument.of(refusal) + "\n").getBytes(StandardCharsets.UTF_8));
        if (comment != null) {
            event.writeBytes(comment);
        }
        event.write('\n');
        return event.toByteArray();
    }
}
