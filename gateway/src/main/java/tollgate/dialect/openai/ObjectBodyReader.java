package tollgate.dialect.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestReader;
import tools.jackson.core.JsonParser;

/**
 * Reads the body of a request about a conversation or a stored answer: which items of earlier answers it wants to have in
 * it. Nothing of it bills.
 */
final class ObjectBodyReader extends RequestReader {
    private static final RequestFields TABLE =
            new RequestFields().with(RequestFields.Kind.PRICED, "items").with(RequestFields.Kind.FREE, "metadata");

    private final List<MeteredRequest.Reference> references = new ArrayList<>();

    ObjectBodyReader(JsonParser parser) {
        super(parser, TABLE);
    }

    @Override
    protected void priced(String name) {
        new ResponseInputReader(parser, unbounded -> {}, references).read(name);
    }

    @Override
    protected MeteredRequest finished() {
        return new MeteredRequest(
                Service.RESPONSES,
                "",
                false,
                true,
                null,
                1,
                0,
                new MeteredRequest.ImageCount(0, 0),
                0,
                0,
                false,
                null,
                MeteredRequest.Conditions.STANDARD,
                new MeteredRequest.Extent(1, null, Map.of(), new MeteredRequest.Kept(true, false, references)),
                null,
                Map.of(),
                unknown(),
                new ChatSplicePoints(start, null, "", List.of(), -1));
    }
}
