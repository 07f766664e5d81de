package tollgate.dialect.bedrock;

import java.util.List;
import java.util.Map;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;
import tollgate.dialect.json.RequestReader;
import tools.jackson.core.JsonParser;

/** Reads the body of a request to count tokens, which costs nothing whatever is in it. */
final class CountRequestReader extends RequestReader {
    private static final RequestFields TABLE = new RequestFields().with(Kind.FREE, "input");

    CountRequestReader(JsonParser parser) {
        super(parser, TABLE);
    }

    @Override
    protected void priced(String name) {
        throw new IllegalStateException(name + " is not in the table");
    }

    @Override
    protected MeteredRequest finished() {
        return new MeteredRequest(
                Service.COUNT_TOKENS,
                required(null),
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
