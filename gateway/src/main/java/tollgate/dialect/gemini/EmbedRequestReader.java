package tollgate.dialect.gemini;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a request for the vectors of one text, or of several (ai.google.dev/api/embeddings). */
final class EmbedRequestReader extends RequestReader {
    private static final RequestFields TABLE = Spelling.both(
            Spelling.both(new RequestFields(), Kind.PRICED, "model", "content", "title", "requests"),
            Kind.FREE,
            "taskType",
            "outputDimensionality",
            "embedContentConfig");

    private final String model;
    private final boolean several;
    private final PartsReader parts;
    private int prompts;

    /** A reader of one text's request, or of {@code several}. */
    EmbedRequestReader(JsonParser parser, String model, boolean several) {
        super(parser, TABLE);
        this.model = model;
        this.several = several;
        this.parts = new PartsReader(parser, true);
    }

    @Override
    protected void priced(String name) {
        if (name.equals("requests") != several && !name.equals("model")) {
            throw BadRequest.value(name, "given", several ? "requests, a list of them" : "content");
        }
        switch (name) {
            case "requests" -> Lists.read(parser, name, this::request);
            default -> field(name, name);
        }
    }

    private void request(String at) {
        int before = prompts;
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            parser.nextToken();
            field(name, at + "." + name);
        }
        if (prompts == before) {
            throw BadRequest.value(at + ".content", "absent", "an object");
        }
    }

    private void field(String name, String at) {
        switch (name) {
            case "model" -> {
                if (at.equals(name)) {
                    GenerateRequestReader.sameModel(parser, model, at);
                } else {
                    naming(() -> GenerateRequestReader.sameModel(parser, model, at));
                }
            }
            case "content" -> {
                if (opened(at)) {
                    prompts++;
                    parts.content(at);
                }
            }
            default -> weight += TextWeight.of(parser);
        }
    }

    @Override
    protected MeteredRequest finished() {
        if (prompts == 0) {
            throw BadRequest.value(several ? "requests" : "content", "absent", "what to make vectors of");
        }
        return new MeteredRequest(
                Service.EMBEDDINGS,
                model,
                false,
                true,
                0L,
                1,
                weight + parts.weight(),
                new MeteredRequest.ImageCount(0, 0),
                0,
                0,
                false,
                null,
                MeteredRequest.Conditions.STANDARD,
                MeteredRequest.Extent.prompts(prompts),
                null,
                Map.of(),
                unknown(),
                (reportUsage, ceiling) -> List.of());
    }
}
