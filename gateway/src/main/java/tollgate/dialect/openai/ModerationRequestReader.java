package tollgate.dialect.openai;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;

/** Reads the body of a moderation request: only which model is asked for matters, since it is free. */
final class ModerationRequestReader extends RequestReader {
    /** What the provider takes where none is named (platform.openai.com/docs/api-reference/moderations/create). */
    private static final String USUAL_MODEL = "omni-moderation-latest";

    private static final RequestFields TABLE = new RequestFields().with(RequestFields.Kind.PRICED, "model", "input");

    private @Nullable String model;

    ModerationRequestReader(JsonParser parser) {
        super(parser, TABLE);
    }

    @Override
    protected void priced(String name) {
        if (name.equals("model")) {
            model = Value.text(parser, name);
        } else {
            weight += TextWeight.of(parser);
        }
    }

    @Override
    protected MeteredRequest finished() {
        if (!given("input")) {
            throw BadRequest.value("input", "absent", "a string, an array of strings, or an array of parts");
        }
        return new MeteredRequest(
                Service.MODERATION,
                required(Objects.requireNonNullElse(model, USUAL_MODEL)),
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
