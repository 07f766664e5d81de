package tollgate.dialect.anthropic;

import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.OfferedModel;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Models in Anthropic's shape (platform.claude.com/docs/en/api/models-list), all on one page, our prices as further fields. */
final class ModelDocument {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ModelDocument() {}

    static String list(List<OfferedModel> models) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("data");
            models.forEach(model -> write(json, model));
            json.writeEndArray();
            json.writeBooleanProperty("has_more", false);
            nullable(
                    json,
                    "first_id",
                    models.isEmpty() ? null : models.getFirst().name());
            nullable(json, "last_id", models.isEmpty() ? null : models.getLast().name());
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
        json.writeStringProperty("type", "model");
        json.writeStringProperty("id", model.name());
        json.writeStringProperty("display_name", model.name());
        json.writeStringProperty("created_at", model.since() + "T00:00:00Z");
        model.writeTerms(json);
        json.writeEndObject();
    }

    private static void nullable(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }
}
