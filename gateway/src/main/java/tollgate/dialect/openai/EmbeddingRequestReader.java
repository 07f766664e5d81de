package tollgate.dialect.openai;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;

/** Reads the body of an embeddings request (platform.openai.com/docs/api-reference/embeddings/create). */
final class EmbeddingRequestReader extends RequestReader {
    private static final RequestFields TABLE = new RequestFields()
            .with(RequestFields.Kind.PRICED, "model", "input", "user", "stream")
            .with(RequestFields.Kind.FREE, "encoding_format", "dimensions");

    private final PromptReader input;
    private @Nullable String model;
    private @Nullable String user;

    EmbeddingRequestReader(JsonParser parser) {
        super(parser, TABLE);
        input = new PromptReader(parser);
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "input" -> input.read(name);
            case "user" -> user = Value.text(parser, name);
            default -> {
                if (Value.bool(parser, name)) {
                    throw BadRequest.value(name, "true", "absent: embeddings are not streamed");
                }
            }
        }
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given("input")) {
            throw BadRequest.value("input", "absent", "a string, token numbers, or an array of either");
        }
        return new MeteredRequest(
                Service.EMBEDDINGS,
                asked,
                false,
                true,
                0L,
                1,
                weight + input.weight(),
                new MeteredRequest.ImageCount(0, 0),
                0,
                0,
                false,
                null,
                MeteredRequest.Conditions.STANDARD,
                MeteredRequest.Extent.prompts(input.prompts()),
                user,
                Map.of(),
                unknown(),
                (reportUsage, ceiling) -> List.of());
    }
}
