package tollgate.dialect.bedrock;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.SplicePoints;
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
 * Reads a body in the language of whichever model is asked (docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html):
 * all of it weighs as text, what looks like a picture as one besides, and the ceiling is found by the names that the families
 * have for it.
 */
final class NativeRequestReader extends RequestReader {
    /** Tokens that frame a prompt whatever it holds, and what a template adds to it. */
    private static final int UNITS_A_REQUEST = 256;

    private static final int MOST_ANSWERS = 128;
    private static final String TITAN = "textGenerationConfig";

    private static final Set<String> CEILINGS =
            Set.of("max_tokens", "max_completion_tokens", "max_gen_len", "max_tokens_to_sample");
    private static final Set<String> ANSWERS = Set.of("n", "num_generations", "best_of");
    private static final Set<String> PICTURES =
            Set.of("bytes", "data", "image", "images", "image_url", "inputImage", "url", "source");
    private static final Set<String> OTHER_THAN_TEXT =
            Set.of("image", "images", "image_url", "inputImage", "video", "audio");

    private static final RequestFields TABLE = new RequestFields()
            .with(
                    Kind.PRICED,
                    "messages",
                    "system",
                    "prompt",
                    "message",
                    "chat_history",
                    "documents",
                    "preamble",
                    "inputText",
                    "texts",
                    "inputs",
                    "images",
                    "inputImage",
                    "singleEmbeddingParams",
                    "tools",
                    "tool_results",
                    "tool_choice",
                    "response_format",
                    "max_tokens",
                    "max_completion_tokens",
                    "max_gen_len",
                    "max_tokens_to_sample",
                    TITAN,
                    "n",
                    "num_generations",
                    "best_of")
            .with(
                    Kind.FREE,
                    "temperature",
                    "top_p",
                    "top_k",
                    "p",
                    "k",
                    "stop",
                    "stop_sequences",
                    "seed",
                    "dimensions",
                    "normalize",
                    "embeddingTypes",
                    "input_type",
                    "truncate",
                    "embedding_types",
                    "output_dimension",
                    "schemaVersion",
                    "taskType",
                    "anthropic_version",
                    "reasoning_effort",
                    "stream")
            .with(Kind.UNBOUNDED, "connectors", "web_search_options", "mcp_servers", "container")
            .with(
                    Kind.NOT_PRICED,
                    "segmentedEmbeddingParams",
                    "service_tier",
                    "amazon-bedrock-guardrailConfig",
                    "amazon-bedrock-guardrailAction");

    private final BedrockPath asked;
    private final Service service;
    private final InferenceConfig titan;
    private final List<MeteredRequest.Reference> references = new ArrayList<>();
    private @Nullable CeilingPoint ceiling;
    private @Nullable Long given;
    private long answers = 1;
    private int prompts = 1;
    private int images;
    private int tools;
    private boolean structured;
    private boolean any;
    private @Nullable String elsewhere;

    NativeRequestReader(JsonParser parser, BedrockPath asked, Service service) {
        super(parser, TABLE);
        this.asked = asked;
        this.service = service;
        this.titan = new InferenceConfig(parser, TITAN, "maxTokenCount", Set.of("maxTokenCount"));
        this.weight = UNITS_A_REQUEST;
    }

    @Override
    protected void priced(String name) {
        any = true;
        if (CEILINGS.contains(name)) {
            int here = offset();
            Long count = Value.count(parser, name);
            if (count != null) {
                given = given == null ? count : Long.valueOf(Math.max(given, count));
            }
            ceiling = new CeilingPoint(here, count == null ? "null" : parser.getString(), "", "", given);
        } else if (name.equals(TITAN)) {
            titan.read(offset());
            given = titan.ceiling(start).given();
        } else if (ANSWERS.contains(name)) {
            Long count = Value.count(parser, name);
            if (count != null && count > MOST_ANSWERS) {
                throw BadRequest.value(name, count.toString(), "at most " + MOST_ANSWERS);
            }
            answers = Math.max(answers, count == null ? 1 : count);
        } else {
            structured |= name.equals("response_format") && parser.currentToken() != JsonToken.VALUE_NULL;
            boolean list = parser.currentToken() == JsonToken.START_ARRAY;
            int items = value(name, name);
            if (list && name.equals("tools")) {
                tools = items;
            } else if (list && (name.equals("texts") || name.equals("inputs"))) {
                prompts = Math.max(prompts, items);
            }
        }
    }

    /** Weighs a value; returns how many items it has. */
    private int value(String name, String at) {
        int items = 0;
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Set<String> seen = new HashSet<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String inner = parser.currentName();
                    if (!seen.add(inner)) {
                        throw BadRequest.repeated(at + "." + inner);
                    }
                    weight += TextWeight.name(parser) + 3;
                    parser.nextToken();
                    value(inner, at + "." + inner);
                }
            }
            case START_ARRAY -> {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    weight += 3;
                    value(name, at + "[" + items++ + "]");
                }
            }
            case VALUE_STRING -> {
                weight += TextWeight.of(parser);
                text(name, at);
            }
            default -> weight += TextWeight.of(parser);
        }
        return items;
    }

    private void text(String name, String at) {
        String text = parser.getString();
        boolean remote = text.startsWith("s3://") || text.startsWith("http://") || text.startsWith("https://");
        if (service == Service.EMBEDDINGS && OTHER_THAN_TEXT.contains(name)) {
            throw BadRequest.notPriced(at);
        }
        if (remote && (PICTURES.contains(name) || name.equals("uri"))) {
            elsewhere = elsewhere == null ? at : elsewhere;
            if (text.startsWith("s3://")) {
                references.add(MeteredRequest.Reference.elsewhere(at, text));
            }
        } else if (PICTURES.contains(name)) {
            images++;
        }
    }

    private SplicePoints points() {
        if (service == Service.EMBEDDINGS) {
            return (reportUsage, most) -> List.of();
        }
        if (asked.model().contains("amazon.titan")) {
            return titan.ceiling(start);
        }
        CeilingPoint known = ceiling;
        if (known != null) {
            return known;
        }
        String name = switch (asked.family()) {
            case "meta" -> "max_gen_len";
            case "openai" -> "max_completion_tokens";
            case "" ->
                throw BadRequest.value("max_tokens", "absent", "a whole number: who answers the name does not say");
            default -> "max_tokens";
        };
        return new CeilingPoint(start, "", "\"" + name + "\":", ",", null);
    }

    @Override
    protected MeteredRequest finished() {
        if (!any) {
            throw BadRequest.value("body", "no field that a model reads", "those of the model that is asked");
        }
        SplicePoints points = points();
        return new MeteredRequest(
                service,
                required(null),
                asked.operation().streams(),
                true,
                service == Service.EMBEDDINGS ? Long.valueOf(0) : given,
                Math.toIntExact(answers),
                weight,
                new MeteredRequest.ImageCount(0, images),
                0,
                tools,
                structured,
                null,
                MeteredRequest.Conditions.STANDARD,
                new MeteredRequest.Extent(prompts, elsewhere, Map.of(), MeteredRequest.Kept.naming(references)),
                null,
                Map.of(),
                unknown(),
                points);
    }
}
