package tollgate.dialect.ollama;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tollgate.dialect.SplicePoints;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.CeilingPoint;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;
import tollgate.dialect.json.RequestReader;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the body of a chat, of a text to go on with, or of texts to make vectors of (docs.ollama.com/api). */
final class OllamaRequestReader extends RequestReader {
    /** What a model's own template frames a prompt with, generously. */
    private static final int UNITS_A_REQUEST = 256;

    private static final int UNITS_A_MESSAGE = 32;
    private static final int UNITS_A_TOOL = 32;
    private static final String CEILING = "\"num_predict\":";

    private static final RequestFields TABLE = new RequestFields()
            .with(
                    Kind.PRICED,
                    "model",
                    "messages",
                    "prompt",
                    "suffix",
                    "system",
                    "context",
                    "images",
                    "input",
                    "tools",
                    "format",
                    "options",
                    "stream")
            // it may have the prompt in it many times
            .with(Kind.UNBOUNDED, "template")
            .with(Kind.FREE, "think", "raw", "keep_alive", "truncate", "dimensions", "logprobs", "top_logprobs");

    private final Service service;
    private final String needed;
    private @Nullable String model;
    private boolean stream;
    private boolean structured;
    private int tools;
    private int images;
    private int prompts;
    private @Nullable CeilingPoint ceiling;

    /** A reader of what a service is asked for; {@code prompt}: a conversation by one text. */
    OllamaRequestReader(JsonParser parser, Service service, boolean prompt) {
        super(parser, TABLE);
        this.service = service;
        this.needed = service == Service.EMBEDDINGS ? "input" : prompt ? "prompt" : "messages";
        // answers stream unless somebody says otherwise
        this.stream = service.answerBills();
        this.weight = UNITS_A_REQUEST;
    }

    @Override
    protected void priced(String name) {
        switch (name) {
            case "model" -> model = Value.text(parser, name);
            case "messages" -> messages();
            case "images" -> images(name);
            case "input" -> input();
            case "tools" -> tools();
            case "options" -> options();
            case "stream" -> {
                if (parser.currentToken() != JsonToken.VALUE_NULL) {
                    stream = Value.bool(parser, name) && service.answerBills();
                }
            }
            case "format" -> {
                structured = parser.currentToken() != JsonToken.VALUE_NULL;
                weight += 2 * TextWeight.of(parser);
            }
            default -> weight += TextWeight.of(parser);
        }
    }

    private void messages() {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value("messages", Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            String at = "messages[" + i + "]";
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw BadRequest.value(at, Value.found(parser), "an object");
            }
            weight += UNITS_A_MESSAGE;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                weight += TextWeight.name(parser);
                parser.nextToken();
                if (name.equals("images")) {
                    images(at + ".images");
                } else {
                    weight += TextWeight.of(parser);
                }
            }
        }
    }

    private void images(String at) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value(at, Value.found(parser), "an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            images++;
            parser.skipChildren();
        }
    }

    private void input() {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                prompts++;
                weight += TextWeight.of(parser);
            }
        } else {
            prompts = 1;
            weight += TextWeight.of(parser);
        }
    }

    private void tools() {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value("tools", Value.found(parser), "an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            tools++;
            weight += UNITS_A_TOOL + TextWeight.of(parser);
        }
    }

    private void options() {
        int begin = offset();
        if (!opened("options")) {
            ceiling = new CeilingPoint(begin, "null", "{" + CEILING, "}", null);
            return;
        }
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (!seen.add(name)) {
                throw BadRequest.repeated("options." + name);
            }
            parser.nextToken();
            if (name.equals("num_predict")) {
                predict();
            }
            parser.skipChildren();
        }
        if (ceiling == null) {
            ceiling = new CeilingPoint(begin + 1, "", CEILING, seen.isEmpty() ? "" : ",", null);
        }
    }

    /** Nothing and below it are no ceiling: as long as it takes, or until the context is full. */
    private void predict() {
        String at = "options.num_predict";
        boolean endless = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getString().startsWith("-");
        Long count = endless ? null : Value.count(parser, at, 0);
        Long given = count != null && count == 0 ? null : count;
        ceiling = new CeilingPoint(
                offset(), parser.currentToken() == JsonToken.VALUE_NULL ? "null" : parser.getString(), "", "", given);
    }

    @Override
    protected MeteredRequest finished() {
        String asked = required(model);
        if (!given(needed)) {
            throw BadRequest.value(needed, "absent", needed.equals("messages") ? "an array" : "a text");
        }
        CeilingPoint point =
                ceiling != null ? ceiling : new CeilingPoint(start, "", "\"options\":{" + CEILING, "},", null);
        SplicePoints none = (reportUsage, most) -> List.of();
        return new MeteredRequest(
                service,
                asked,
                stream,
                true,
                service.answerBills() ? point.given() : Long.valueOf(0),
                1,
                weight,
                new MeteredRequest.ImageCount(0, images),
                0,
                tools,
                structured,
                null,
                MeteredRequest.Conditions.STANDARD,
                MeteredRequest.Extent.prompts(Math.max(1, prompts)),
                null,
                Map.of(),
                unknown(),
                service.answerBills() ? new Stated(point) : none);
    }

    /** Where no ceiling is said, an answer is as long as it takes. */
    private record Stated(CeilingPoint point) implements SplicePoints {
        @Override
        public List<Splice> splices(boolean reportUsage, @Nullable Long ceiling) {
            return point.splices(reportUsage, ceiling);
        }

        @Override
        public boolean endless() {
            return point.given() == null;
        }
    }
}
