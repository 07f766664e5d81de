package tollgate.dialect.openai;

import java.io.StringWriter;
import java.time.ZoneOffset;
import java.util.List;
import tollgate.dialect.OfferedModel;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Models in OpenAI's shape (platform.openai.com/docs/api-reference/models), our prices as further fields. */
final class ModelDocument {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ModelDocument() {}

    static String list(List<OfferedModel> models) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            models.forEach(model -> write(json, model));
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    static String of(OfferedModel model) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(json, model);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, OfferedModel model) {
        json.writeStartObject();
        json.writeStringProperty("id", model.name());
        json.writeStringProperty("object", "model");
        json.writeNumberProperty(
                "created", model.since().atStartOfDay(ZoneOffset.UTC).toEpochSecond());
        json.writeStringProperty("owned_by", model.owner());
        model.writeTerms(json);
        json.writeEndObject();
    }
}
