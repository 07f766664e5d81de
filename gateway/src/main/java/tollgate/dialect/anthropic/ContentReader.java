package tollgate.dialect.anthropic;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads messages and system prompts: weighs their text, counts their images, refuses blocks that make the model read what
 * is not in the request.
 */
final class ContentReader {
    /** Tokens that frame one message in a prompt, generously: role, separators. */
    private static final int UNITS_A_MESSAGE = 16;
    /** Text that can be cited is cut into numbered sentences: what frames them is taken for three times their text. */
    private static final int CITED = 3;

    private static final String BLOCKS =
            "text, image, document, search_result, thinking, redacted_thinking, tool_use or tool_result; what others make"
                    + " the model read cannot be bounded beforehand";

    private final JsonParser parser;
    private long weight;
    private int images;
    private long documentBytes;
    private long toolReferences;

    ContentReader(JsonParser parser) {
        this.parser = parser;
    }

    long weight() {
        return weight;
    }

    int images() {
        return images;
    }

    long documentBytes() {
        return documentBytes;
    }

    /** Places where the definition of a tool is read again. */
    long toolReferences() {
        return toolReferences;
    }

    /** Reads the array of messages that the parser stands on. */
    void messages() {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value("messages", Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            message("messages[" + i + "]");
        }
    }

    private void message(String at) {
        weight += UNITS_A_MESSAGE;
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        boolean content = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (name.equals("content")) {
                if (content) {
                    throw BadRequest.repeated(at + ".content");
                }
                content = true;
                content(at + ".content");
            } else {
                weight += TextWeight.of(parser);
            }
        }
    }

    /** Reads content: a string, an array of blocks, or null. */
    void content(String at) {
        switch (parser.currentToken()) {
            case VALUE_STRING, VALUE_NULL -> weight += TextWeight.of(parser);
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    block(at + "[" + i + "]");
                }
            }
            default -> throw BadRequest.value(at, Value.found(parser), "a string or an array of blocks");
        }
    }

    private void block(String at) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        long before = weight;
        weight += 3;
        Set<String> seen = new HashSet<>();
        String type = null;
        ContentSource source = null;
        boolean cited = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            JsonToken value = parser.nextToken();
            String here = at + "." + name;
            switch (name) {
                case "type", "content", "source", "citations" -> {
                    if (!seen.add(name)) {
                        throw BadRequest.repeated(here);
                    }
                }
                default -> {}
            }
            if (name.equals("type")) {
                type = Value.text(parser, here);
            } else if (name.equals("content") && value != JsonToken.START_OBJECT) {
                content(here);
            } else if (name.equals("source") && value == JsonToken.START_OBJECT) {
                source = ContentSource.read(parser, here, this);
            } else {
                cited |= name.equals("citations") && value == JsonToken.START_OBJECT;
                weight += TextWeight.of(parser);
            }
        }
        bound(at, type, source);
        if (cited) {
            weight += CITED * (weight - before);
        }
    }

    private void bound(String at, @Nullable String type, @Nullable ContentSource source) {
        switch (String.valueOf(type)) {
            case "text", "thinking", "redacted_thinking", "tool_use", "tool_result", "search_result" ->
                none(at, source);
            case "tool_reference" -> {
                none(at, source);
                toolReferences++;
            }
            case "image" -> {
                if (given(at, source).kind(at, "base64", "url")) {
                    images++;
                }
            }
            case "document" -> {
                ContentSource document = given(at, source);
                if (document.kind(at, "base64", "text", "content")) {
                    documentBytes += document.packedBytes();
                    weight += document.textWeight();
                }
            }
            default ->
                throw new BadRequest(
                        "unbounded_input",
                        at + ".type",
                        at + ".type: " + (type == null ? "absent" : Value.quoted(type)) + " (expected: " + BLOCKS
                                + ")");
        }
    }

    private static void none(String at, @Nullable ContentSource source) {
        if (source != null) {
            throw BadRequest.value(at + ".source", "an object", "absent in a block of this type");
        }
    }

    private static ContentSource given(String at, @Nullable ContentSource source) {
        if (source == null) {
            throw BadRequest.value(at + ".source", "absent", "an object");
        }
        return source;
    }
}
