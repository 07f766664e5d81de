package tollgate.dialect.gemini;

import java.io.StringWriter;
import java.util.List;
import tollgate.dialect.OfferedModel;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Models in Google's shape (ai.google.dev/api/models), all on one page, our prices as further fields. */
final class ModelDocument {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ModelDocument() {}

    static String list(List<OfferedModel> models) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("models");
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
        json.writeStringProperty("name", "models/" + model.name());
        json.writeStringProperty("version", model.since().toString());
        json.writeStringProperty("displayName", model.name());
        json.writeNumberProperty("inputTokenLimit", model.context());
        json.writeNumberProperty("outputTokenLimit", model.maxOutputTokens());
        json.writeArrayPropertyStart("supportedGenerationMethods");
        if (model.service().equals("embeddings")) {
            json.writeString("embedContent");
            json.writeString("batchEmbedContents");
        } else {
            json.writeString("generateContent");
            json.writeString("streamGenerateContent");
        }
        json.writeString("countTokens");
        json.writeEndArray();
        model.writeTerms(json);
        json.writeEndObject();
    }
}
