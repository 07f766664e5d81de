package tollgate.dialect.gemini;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.CeilingPoint;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a request to generate (ai.google.dev/api/generate-content). */
final class GenerateRequestReader extends RequestReader {
    /** Tokens that frame a prompt whatever it holds. */
    private static final int UNITS_A_REQUEST = 64;

    private static final RequestFields TABLE = Spelling.both(
            Spelling.both(
                    new RequestFields(),
                    Kind.PRICED,
                    "model",
                    "contents",
                    "systemInstruction",
                    "tools",
                    "toolConfig",
                    "generationConfig",
                    "cachedContent",
                    "serviceTier"),
            Kind.FREE,
            "safetySettings",
            "labels",
            "store");

    private final String model;
    private final boolean stream;
    private final PartsReader parts;
    private final ToolReader tools;
    private final GenerationConfig config;
    private final Set<String> spelled = new HashSet<>();
    private boolean contents;
    private @Nullable String tier;
    private @Nullable String cached;

    /** A reader of what a model is asked for, which its path names. */
    GenerateRequestReader(JsonParser parser, String model, boolean stream) {
        super(parser, TABLE);
        this.model = model;
        this.stream = stream;
        this.parts = new PartsReader(parser, false);
        this.tools = new ToolReader(parser, model);
        this.config = new GenerationConfig(parser);
        this.weight = UNITS_A_REQUEST;
    }

    @Override
    protected void priced(String name) {
        String camel = Spelling.once(name, "", spelled);
        switch (camel) {
            case "model" -> sameModel(parser, model, camel);
            case "contents" -> {
                contents = parser.currentToken() != JsonToken.VALUE_NULL;
                parts.contents(camel);
            }
            case "systemInstruction" -> {
                if (opened(camel)) {
                    parts.content(camel);
                }
            }
            case "tools" -> tools.read();
            case "generationConfig" -> config.read(offset());
            case "cachedContent" -> cached = Value.text(parser, camel);
            case "serviceTier" -> tier();
            default -> weight += TextWeight.of(parser);
        }
    }

    /** The path names the model that is priced: the body may repeat it, not name another. */
    static void sameModel(JsonParser parser, String model, String at) {
        String named = Value.text(parser, at);
        if (named != null && !named.equals(model) && !named.equals("models/" + model)) {
            throw BadRequest.value(at, Value.quoted(named), "absent, or models/" + model + " as in the path");
        }
    }

    private void tier() {
        String asked = Value.text(parser, "serviceTier");
        String lower = asked == null ? "" : asked.toLowerCase(Locale.ROOT);
        tier = lower.isEmpty() || lower.equals("standard") || lower.endsWith("unspecified") ? null : lower;
    }

    @Override
    protected MeteredRequest finished() {
        if (!contents) {
            throw BadRequest.value("contents", "absent", "an array");
        }
        CeilingPoint ceiling = config.ceiling(start);
        String unbounded =
                cached != null ? "cachedContent" : parts.elsewhere() != null ? parts.elsewhere() : tools.unbounded();
        return new MeteredRequest(
                Service.CHAT,
                model,
                stream,
                true,
                ceiling.given(),
                Math.toIntExact(config.candidates()),
                weight + parts.weight() + tools.weight() + config.weight(),
                new MeteredRequest.ImageCount(0, parts.images()),
                parts.packedBytes(),
                tools.count(),
                config.structured(),
                config.thinkingLevel(),
                new MeteredRequest.Conditions(tier, null, null),
                new MeteredRequest.Extent(1, unbounded, tools.calls(), MeteredRequest.Kept.naming(references())),
                null,
                Map.of(),
                unknown(),
                ceiling);
    }

    private List<MeteredRequest.Reference> references() {
        List<MeteredRequest.Reference> named = new ArrayList<>();
        if (cached != null) {
            named.add(MeteredRequest.Reference.elsewhere("cachedContent", cached));
        }
        named.addAll(parts.references());
        named.addAll(tools.references());
        return named;
    }
}
