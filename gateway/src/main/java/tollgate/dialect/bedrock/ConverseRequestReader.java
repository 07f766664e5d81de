package tollgate.dialect.bedrock;

import java.util.ArrayList;
import java.util.HashMap;
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

/**
 * Reads the body of a conversation (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html), and of what Amazon's
 * Nova takes itself, which has the same fields.
 */
final class ConverseRequestReader extends RequestReader {
    /** Tokens that frame a prompt whatever it holds. */
    private static final int UNITS_A_REQUEST = 64;
    /** What a schema for the answer adds to a prompt beyond itself, and that it may stand there twice. */
    private static final int UNITS_A_SCHEMA = 512;

    private static final RequestFields TABLE = new RequestFields()
            .with(
                    Kind.PRICED,
                    "messages",
                    "system",
                    "inferenceConfig",
                    "toolConfig",
                    "additionalModelRequestFields",
                    "performanceConfig",
                    "serviceTier",
                    "outputConfig",
                    "requestMetadata",
                    "promptVariables")
            .with(Kind.FREE, "additionalModelResponseFieldPaths", "schemaVersion")
            // bills by itself, per piece of text that it looks at
            .with(Kind.NOT_PRICED, "guardrailConfig");

    private final boolean stream;
    private final @Nullable String storedPrompt;
    private final ConverseContent content;
    private final ConverseTools tools;
    private final AdditionalFields additional;
    private final InferenceConfig config;
    private final Map<String, String> metadata = new HashMap<>();
    private boolean structured;
    private @Nullable String tier;
    private @Nullable String speed;

    /**
     * A reader of what a model is asked for, which its path names.
     *
     * @param stream its answer streams
     * @param storedPrompt the prompt, stored at the provider, that the path names; null: it names a model
     */
    ConverseRequestReader(JsonParser parser, boolean stream, @Nullable String storedPrompt) {
        super(parser, TABLE);
        this.stream = stream;
        this.storedPrompt = storedPrompt;
        this.content = new ConverseContent(parser);
        this.tools = new ConverseTools(parser);
        this.additional = new AdditionalFields(parser);
        this.config =
                new InferenceConfig(parser, "inferenceConfig", "maxTokens", Set.of("maxTokens", "max_new_tokens"));
        this.weight = UNITS_A_REQUEST;
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "messages" -> content.messages(name);
            case "system" -> content.blocks(name);
            case "inferenceConfig" -> config.read(offset());
            case "toolConfig" -> {
                if (opened(name)) {
                    tools.read(name);
                }
            }
            case "additionalModelRequestFields" -> {
                if (opened(name)) {
                    additional.read();
                }
            }
            case "performanceConfig" -> speed = word(name, "latency", "standard");
            case "serviceTier" -> tier = word(name, "type", "default");
            case "outputConfig" -> {
                structured |= parser.currentToken() != JsonToken.VALUE_NULL;
                weight += UNITS_A_SCHEMA + 2 * TextWeight.of(parser);
            }
            case "requestMetadata" -> metadata();
            default -> weight += TextWeight.of(parser);
        }
    }

    /** The one word in an object; null where it is the usual one, or absent. */
    private @Nullable String word(String at, String field, String usual) {
        String word = null;
        if (opened(at)) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (!name.equals(field) || word != null) {
                    throw BadRequest.value(at, "'" + name + "'", field + ", once");
                }
                String text = Value.text(parser, at + "." + field);
                word = text == null ? "" : text.toLowerCase(Locale.ROOT);
            }
        }
        return word == null || word.isEmpty() || word.equals(usual) ? null : word;
    }

    private void metadata() {
        if (!opened("requestMetadata")) {
            return;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            String text = Value.text(parser, "requestMetadata." + name);
            if (text != null) {
                metadata.put(name, text);
            }
        }
    }

    @Override
    protected MeteredRequest finished() {
        if (storedPrompt == null && !given("messages")) {
            throw BadRequest.value("messages", "absent", "an array");
        }
        if (tier != null && speed != null) {
            throw BadRequest.value("performanceConfig", speed, "standard beside a serviceTier");
        }
        CeilingPoint ceiling = config.ceiling(start);
        Long given = ceiling.given();
        String unbounded = storedPrompt != null ? "modelId" : content.elsewhere();
        List<MeteredRequest.Reference> references = new ArrayList<>(content.references());
        if (storedPrompt != null) {
            references.add(MeteredRequest.Reference.elsewhere("modelId", storedPrompt));
        }
        return new MeteredRequest(
                Service.CHAT,
                required(null),
                stream,
                true,
                given == null ? null : Long.valueOf(Math.max(given, additional.thinkingBudget())),
                1,
                weight + content.weight() + tools.weight() + additional.weight(),
                new MeteredRequest.ImageCount(0, content.images()),
                content.packedBytes(),
                tools.count() + additional.tools(),
                structured || additional.structured(),
                additional.effort(),
                new MeteredRequest.Conditions(tier != null ? tier : speed, null, null),
                new MeteredRequest.Extent(1, unbounded, Map.of(), MeteredRequest.Kept.naming(references)),
                null,
                metadata,
                unknown(),
                ceiling);
    }
}
