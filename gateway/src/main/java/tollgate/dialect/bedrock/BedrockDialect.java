package tollgate.dialect.bedrock;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
import tollgate.dialect.anthropic.MessageUsage;
import tollgate.dialect.anthropic.MessagesDocument;
import tollgate.dialect.anthropic.MessagesRequestReader;
import tollgate.dialect.json.RequestReader;

/**
 * Amazon Bedrock's runtime (docs.aws.amazon.com/bedrock/latest/APIReference). The path names the model, and whether its answer
 * streams; a stream is AWS's binary one. Stateless and thread-safe.
 *
 * <p>What answers is the model that was asked for: prices depend on its profile, of which an answer in a model's own language
 * says nothing.
 */
public final class BedrockDialect implements Dialect {
    private static final String ANTHROPIC = "anthropic";
    private static final String FIELDS = "x-amzn-bedrock-";

    @Override
    public String name() {
        return "bedrock";
    }

    @Override
    public @Nullable Service service(String method, String path) {
        BedrockPath asked = method.equals("POST") ? BedrockPath.of(path) : null;
        if (asked == null) {
            return null;
        }
        return switch (asked.operation()) {
            case COUNT_TOKENS -> Service.COUNT_TOKENS;
            case INVOKE -> asked.embeds() ? Service.EMBEDDINGS : Service.CHAT;
            default -> Service.CHAT;
        };
    }

    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return Stream.of("/model/", "/foundation-models", "/async-invoke", "/guardrail/", "/model-invocation-job")
                        .anyMatch(path::startsWith)
                || header.test("amz-sdk-request")
                || header.test("x-amz-date");
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT, Service.EMBEDDINGS, Service.COUNT_TOKENS);
    }

    @Override
    public List<String> modelPaths() {
        return List.of("/foundation-models");
    }

    @Override
    public String modelList(List<OfferedModel> models) {
        return ModelDocument.list(models);
    }

    /** AWS's library for Java takes the trailers of an HTTP/2 stream for a second head, and fails. */
    @Override
    public boolean takesTrailers(boolean http2) {
        return !http2;
    }

    @Override
    public String model(OfferedModel model) {
        return ModelDocument.of(model);
    }

    @Override
    public RequestReading read(Service service, String path, ByteBuf body) {
        BedrockPath asked = asked(path);
        return RequestReader.read(
                body,
                parser -> {
                    if (service == Service.COUNT_TOKENS) {
                        return new CountRequestReader(parser);
                    }
                    boolean streams = asked.operation().streams();
                    if (!asked.operation().isNative()) {
                        return new ConverseRequestReader(parser, streams, asked.prompt() ? asked.model() : null);
                    }
                    if (asked.family().equals(ANTHROPIC)) {
                        return new MessagesRequestReader(parser, service, streams);
                    }
                    return asked.isNova() && service == Service.CHAT
                            ? new ConverseRequestReader(parser, streams, null)
                            : new NativeRequestReader(parser, asked, service);
                },
                asked.model());
    }

    @Override
    public @Nullable String naming(String path, String model) {
        return asked(path).naming(model);
    }

    private static BedrockPath asked(String path) {
        BedrockPath asked = BedrockPath.of(path);
        if (asked == null) {
            throw new IllegalArgumentException("path: '" + path + "' (expected: one that is metered)");
        }
        return asked;
    }

    @Override
    public Form form(MeteredRequest request, String contentType) {
        return contentType.startsWith("application/vnd.amazon.eventstream") ? Form.FRAMES : Form.WHOLE;
    }

    /** No operation has fields in its query. */
    @Override
    public boolean takesQuery(String name, String value) {
        return false;
    }

    /** What may stand in the head instead of the body: guardrails bill by themselves, tiers and fast models by other rates. */
    @Override
    public boolean takesField(String name, String value) {
        if (name.startsWith(FIELDS + "guardrail")) {
            return false;
        }
        return switch (name) {
            case FIELDS + "service-tier" -> value.equalsIgnoreCase("default");
            case FIELDS + "performanceconfig-latency" -> value.equalsIgnoreCase("standard");
            default -> true;
        };
    }

    /** A scanner of what Converse answers. */
    @Override
    public AnswerScanner scanner(Service service, AnswerShape shape) {
        return converse(service, null).scanner(shape);
    }

    private static ReadFacts converse(Service service, @Nullable String model) {
        return new ReadFacts(new ConverseDocument(service == Service.COUNT_TOKENS), new ConverseUsage(), model);
    }

    @Override
    public AnswerScanner scanner(
            MeteredRequest request, String path, AnswerShape shape, Function<String, @Nullable String> field) {
        BedrockPath asked = asked(path);
        if (!asked.operation().isNative()) {
            return converse(request.service(), asked.model()).scanner(shape);
        }
        boolean whole = shape.form() == Form.WHOLE;
        ReadFacts facts;
        if (asked.family().equals(ANTHROPIC)) {
            facts = new ReadFacts(new MessagesDocument(false), new MessageUsage(), asked.model());
        } else {
            InvokedUsage usage = new InvokedUsage(whole ? field : name -> null, asked.embeds());
            facts = new ReadFacts(new InvokedDocument(usage), usage, asked.model());
        }
        return whole ? facts.scanner(shape) : facts.chunks();
    }

    @Override
    public void authorize(String apiKey, BiConsumer<String, String> field) {
        field.accept("Authorization", "Bearer " + apiKey);
    }

    @Override
    public boolean blamesAccount(byte[] document) {
        return ErrorDocument.blamesAccount(document);
    }

    @Override
    public ErrorBody error(Refusal refusal, @Nullable String exchange) {
        return ErrorDocument.of(refusal, exchange);
    }

    /** No comment is ever part of it. */
    @Override
    public byte[] errorEvent(Service service, Form form, Refusal refusal, String exchange, byte @Nullable [] comment) {
        return ErrorDocument.frame(refusal, exchange);
    }
}
