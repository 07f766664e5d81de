package example.cohere;

import io.netty.buffer.ByteBuf;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.OfferedModel;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.json.RequestReader;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Cohere's own language. Stateless and thread-safe. */
public final class CohereDialect implements Dialect {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Made by whoever loads dialects. */
    public CohereDialect() {}

    @Override
    public String name() {
        return "cohere";
    }

    @Override
    public @Nullable Service service(String method, String path) {
        return method.equals("POST") && path.equals("/v2/chat") ? Service.CHAT : null;
    }

    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return path.startsWith("/v2/");
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT);
    }

    /** Its clients ask at the path of others, in whose language they are answered. */
    @Override
    public List<String> modelPaths() {
        return List.of();
    }

    @Override
    public String modelList(List<OfferedModel> models) {
        throw new UnsupportedOperationException("nobody asks for it");
    }

    @Override
    public String model(OfferedModel model) {
        throw new UnsupportedOperationException("nobody asks for it");
    }

    @Override
    public RequestReading read(Service service, String path, ByteBuf body) {
        return RequestReader.read(body, CohereRequestReader::new);
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        return new ReadFacts(new CohereDocument(), new CohereUsage()).scanner(shape);
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("Authorization", "Bearer " + apiKey);
    }

    /** A key that is wrong, or was used up, has a status of its own. */
    @Override
    public boolean blamesAccount(byte[] document) {
        return false;
    }

    @Override
    public ErrorBody error(Refusal refusal, @Nullable String exchange) {
        return new ErrorBody("application/json", written(json -> {
            if (exchange != null) {
                json.writeStringProperty("id", exchange);
            }
            json.writeStringProperty("message", refusal.message());
            json.writeStringProperty("code", refusal.code());
            refusal.writeDetails(json);
        }));
    }

    @Override
    public byte[] errorEvent(
            Service service, AnswerShape.Form form, Refusal refusal, String exchange, byte @Nullable [] comment) {
        String event = written(json -> {
            json.writeStringProperty("type", "message-end");
            json.writeObjectPropertyStart("delta");
            json.writeStringProperty("finish_reason", "ERROR");
            json.writeStringProperty("error", refusal.message());
            json.writeEndObject();
        });
        String told = comment == null ? "" : new String(comment, StandardCharsets.UTF_8);
        return ("event: message-end\ndata: " + event + "\n\ndata: [DONE]\n" + told + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String written(Consumer<JsonGenerator> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            fields.accept(json);
            json.writeEndObject();
        }
        return text.toString();
    }
}
