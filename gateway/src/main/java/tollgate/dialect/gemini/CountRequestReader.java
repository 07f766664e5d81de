package tollgate.dialect.gemini;

import java.util.List;
import java.util.Map;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;
import tollgate.dialect.json.RequestReader;
import tools.jackson.core.JsonParser;

/** Reads the body of a request to count tokens, which costs nothing whatever is in it (ai.google.dev/api/tokens). */
final class CountRequestReader extends RequestReader {
    private static final RequestFields TABLE = Spelling.both(
            new RequestFields(),
            Kind.FREE,
            "model",
            "contents",
            "generateContentRequest",
            "systemInstruction",
            "tools",
            "generationConfig");

    private final String model;

    CountRequestReader(JsonParser parser, String model) {
        super(parser, TABLE);
        this.model = model;
    }

    @Override
    protected void priced(String name) {
        throw new IllegalStateException(name + " is not in the table");
    }

    @Override
    protected MeteredRequest finished() {
        return new MeteredRequest(
                Service.COUNT_TOKENS,
                model,
                false,
                true,
                0L,
                1,
                weight,
                new MeteredRequest.ImageCount(0, 0),
                0,
                0,
                false,
                null,
                MeteredRequest.Conditions.STANDARD,
                null,
                Map.of(),
                unknown(),
                (reportUsage, ceiling) -> List.of());
    }
}
