package tollgate.dialect.bedrock;

import java.io.StringWriter;
import java.util.List;
import java.util.function.Consumer;
import tollgate.dialect.OfferedModel;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Models in the shape of Bedrock's ListFoundationModels and GetFoundationModel, our prices as further fields. */
final class ModelDocument {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ModelDocument() {}

    static String list(List<OfferedModel> models) {
        return written(json -> {
            json.writeArrayPropertyStart("modelSummaries");
            models.forEach(model -> {
                json.writeStartObject();
                fields(json, model);
                json.writeEndObject();
            });
            json.writeEndArray();
        });
    }

    static String of(OfferedModel model) {
        return written(json -> {
            json.writeObjectPropertyStart("modelDetails");
            fields(json, model);
            json.writeEndObject();
        });
    }

    private static void fields(JsonGenerator json, OfferedModel model) {
        boolean embeds = model.service().equals("embeddings");
        json.writeStringProperty("modelArn", "arn:aws:bedrock:::foundation-model/" + model.name());
        json.writeStringProperty("modelId", model.name());
        json.writeStringProperty("modelName", model.name());
        json.writeStringProperty("providerName", model.owner());
        json.writeBooleanProperty("responseStreamingSupported", !embeds);
        json.writeArrayPropertyStart("outputModalities");
        json.writeString(embeds ? "EMBEDDING" : "TEXT");
        json.writeEndArray();
        json.writeArrayPropertyStart("inferenceTypesSupported");
        json.writeString("ON_DEMAND");
        json.writeEndArray();
        json.writeObjectPropertyStart("modelLifecycle");
        json.writeStringProperty("status", "ACTIVE");
        json.writeEndObject();
        model.writeTerms(json);
    }

    private static String written(Consumer<JsonGenerator> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            fields.accept(json);
            json.writeEndObject();
        }
        return text.toString();
    }
}
