package example.cohere;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.CeilingPoint;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a chat that is text: what is read, by its bytes; pictures have no price here. */
final class CohereRequestReader extends RequestReader {
    /** What a prompt is framed with, generously; the preambles of tools and documents are not billed. */
    private static final int UNITS_A_REQUEST = 256;

    private static final int UNITS_A_MESSAGE = 32;

    private static final RequestFields TABLE = new RequestFields()
            .with(
                    Kind.PRICED,
                    "model",
                    "messages",
                    "tools",
                    "documents",
                    "response_format",
                    "thinking",
                    "max_tokens",
                    "stream")
            .with(
                    Kind.FREE,
                    "citation_options",
                    "safety_mode",
                    "stop_sequences",
                    "temperature",
                    "seed",
                    "frequency_penalty",
                    "presence_penalty",
                    "k",
                    "p",
                    "logprobs",
                    "tool_choice",
                    "strict_tools",
                    "raw_prompting",
                    "priority");

    private @Nullable String model;
    private boolean stream;
    private boolean structured;
    private int tools;
    private @Nullable CeilingPoint ceiling;

    CohereRequestReader(JsonParser parser) {
        super(parser, TABLE);
        this.weight = UNITS_A_REQUEST;
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "messages" -> messages();
            case "stream" -> stream = Value.bool(parser, name);
            case "max_tokens" -> {
                Long given = Value.count(parser, name);
                ceiling = new CeilingPoint(offset(), given == null ? "null" : parser.getString(), "", "", given);
            }
            case "response_format" -> {
                structured = parser.currentToken() != JsonToken.VALUE_NULL;
                weight += 2 * TextWeight.of(parser);
            }
            case "tools" -> {
                tools = parser.currentToken() == JsonToken.START_ARRAY ? 1 : 0;
                weight += TextWeight.of(parser);
            }
            default -> weight += TextWeight.of(parser);
        }
    }

    private void messages() {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value("messages", Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (!opened("messages[" + i + "]")) {
                throw BadRequest.value("messages[" + i + "]", "null", "an object");
            }
            weight += UNITS_A_MESSAGE;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                weight += TextWeight.name(parser);
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("content")) {
                    parts("messages[" + i + "].content");
                } else {
                    weight += TextWeight.of(parser);
                }
            }
        }
    }

    private void parts(String at) {
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (!opened(at + "[" + i + "]")) {
                throw BadRequest.value(at + "[" + i + "]", "null", "an object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("image_url")) {
                    throw BadRequest.notPriced(at + "[" + i + "].image_url");
                }
                weight += TextWeight.of(parser);
            }
        }
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given("messages")) {
            throw BadRequest.value("messages", "absent", "an array");
        }
        CeilingPoint point = ceiling != null ? ceiling : new CeilingPoint(start, "", "\"max_tokens\":", ",", null);
        return new MeteredRequest(
                Service.CHAT,
                asked,
                stream,
                true,
                point.given(),
                1,
                weight,
                new MeteredRequest.ImageCount(0, 0),
                0,
                tools,
                structured,
                null,
                MeteredRequest.Conditions.STANDARD,
                null,
                Map.of(),
                unknown(),
                point);
    }
}
