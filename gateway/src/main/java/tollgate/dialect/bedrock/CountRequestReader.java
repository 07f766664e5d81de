package tollgate.dialect.bedrock;

import java.util.ArrayList;
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
    private static final RequestFields TABLE = new RequestFields().with(Kind.PRICED, "input");

    private final List<MeteredRequest.Reference> references = new ArrayList<>();

    CountRequestReader(JsonParser parser) {
        super(parser, TABLE);
    }

    @Override
    protected void priced(String name) {
        named(name);
    }

    /** How long something is that is kept at the provider is nobody else's business, either. */
    private void named(String at) {
        int depth = 0;
        String name = at;
        do {
            switch (parser.currentToken()) {
                case PROPERTY_NAME -> name = parser.currentName();
                case VALUE_STRING -> {
                    String text = parser.getString();
                    if (name.equals("uri") && text.startsWith("s3://")) {
                        references.add(MeteredRequest.Reference.elsewhere(at + ".." + name, text));
                    }
                }
                default -> {}
            }
            depth += parser.currentToken().isStructStart() ? 1 : 0;
            depth -= parser.currentToken().isStructEnd() ? 1 : 0;
        } while (depth > 0 && parser.nextToken() != null);
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
                new MeteredRequest.Extent(1, null, Map.of(), MeteredRequest.Kept.naming(references)),
                null,
                Map.of(),
                unknown(),
                (reportUsage, ceiling) -> List.of());
    }
}
