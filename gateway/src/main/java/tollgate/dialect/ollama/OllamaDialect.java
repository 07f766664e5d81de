package tollgate.dialect.ollama;

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
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.OfferedModel;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.answer.ReadFacts;
import tollgate.dialect.json.RequestReader;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Ollama's own language: streams are documents on lines, and streaming is what happens unasked. Stateless and thread-safe. */
public final class OllamaDialect implements Dialect {
    private static final JsonFactory FACTORY = new JsonFactory();
    /** A text to go on with: every model that talks does that, too. */
    private static final String GENERATE = "/api/generate";

    @Override
    public String name() {
        return "ollama";
    }

    @Override
    public @Nullable Service service(String method, String path) {
        if (!method.equals("POST")) {
            return null;
        }
        return switch (path) {
            case "/api/chat", GENERATE -> Service.CHAT;
            case "/api/embed" -> Service.EMBEDDINGS;
            default -> null;
        };
    }

    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return path.startsWith("/api/");
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT, Service.EMBEDDINGS);
    }

    @Override
    public List<String> modelPaths() {
        return List.of("/api/tags");
    }

    @Override
    public String modelList(List<OfferedModel> models) {
        return written(json -> {
            json.writeArrayPropertyStart("models");
            for (OfferedModel model : models) {
                json.writeStartObject();
                fields(json, model);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    @Override
    public String model(OfferedModel model) {
        return written(json -> fields(json, model));
    }

    private static void fields(JsonGenerator json, OfferedModel model) {
        json.writeStringProperty("name", model.name());
        json.writeStringProperty("model", model.name());
        json.writeStringProperty("modified_at", model.since() + "T00:00:00Z");
        model.writeTerms(json);
    }

    @Override
    public RequestReading read(Service service, String path, ByteBuf body) {
        return RequestReader.read(body, parser -> new OllamaRequestReader(parser, service, path.equals(GENERATE)));
    }

    @Override
    public Form form(MeteredRequest request, String contentType) {
        return contentType.startsWith("application/x-ndjson") ? Form.SEQUENCE : Form.WHOLE;
    }

    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        OllamaDocument document = new OllamaDocument();
        return new ReadFacts(document, new OllamaUsage(document, service == Service.EMBEDDINGS)).scanner(shape);
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("Authorization", "Bearer " + apiKey);
    }

    /** What it refuses an account for has a status of its own. */
    @Override
    public boolean blamesAccount(byte[] document) {
        return false;
    }

    @Override
    public ErrorBody error(Refusal refusal, @Nullable String exchange) {
        return new ErrorBody("application/json", error(refusal));
    }

    @Override
    public byte[] errorEvent(Service service, Form form, Refusal refusal, String exchange, byte @Nullable [] comment) {
        return (error(refusal) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** A text is all that clients look at; the rest stands beside it. */
    private static String error(Refusal refusal) {
        return written(json -> {
            json.writeStringProperty("error", refusal.message());
            json.writeStringProperty("code", refusal.code());
            if (refusal.param() != null) {
                json.writeStringProperty("param", refusal.param());
            }
            refusal.writeDetails(json);
        });
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
