package tollgate.dialect.bedrock;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads messages and system prompts of a conversation: weighs text, counts pictures, notes what is packed and what is elsewhere
 * (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html).
 */
final class ConverseContent {
    /** Tokens that frame one message, block or document, generously. */
    private static final int UNITS_A_FRAME = 32;
    /** Text that can be cited is cut into numbered sentences: what frames them is taken for three times their text. */
    private static final int CITED = 3;
    /** Documents of these formats are text, though they come in base64. */
    private static final Set<String> TEXTS = Set.of("txt", "md", "csv", "html");

    private static final String BLOCKS = "text, image, document, video, audio, toolUse, toolResult, reasoningContent,"
            + " searchResult, citationsContent or cachePoint; what others make the model read cannot be bounded beforehand";

    private final JsonParser parser;
    private final List<MeteredRequest.Reference> references = new ArrayList<>();
    private long weight;
    private int images;
    private long packedBytes;
    private @Nullable String elsewhere;

    ConverseContent(JsonParser parser) {
        this.parser = parser;
    }

    long weight() {
        return weight;
    }

    int images() {
        return images;
    }

    /** Bytes of documents, video and sound: how many tokens they make nobody can tell from here. */
    long packedBytes() {
        return packedBytes;
    }

    /** Where something is asked to be read that is not in the request; null: nowhere. */
    @Nullable
    String elsewhere() {
        return elsewhere;
    }

    /** Reads the array of messages that the parser stands on. */
    void messages(String at) {
        array(
                at,
                here -> object(here, (name, inside) -> {
                    if (name.equals("content")) {
                        blocks(inside);
                    } else {
                        weight += TextWeight.of(parser);
                    }
                }));
    }

    /** Reads the array of blocks that the parser stands on; null is none. */
    void blocks(String at) {
        array(at, this::block);
    }

    private interface One {
        void read(String at);
    }

    private interface Field {
        void read(String name, String at);
    }

    private void array(String at, One one) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.value(at, Value.found(parser), "an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            one.read(at + "[" + i + "]");
        }
    }

    /** Reads an object's fields, each of which may be there once: readers disagree on which of two counts. */
    private void object(String at, Field field) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        weight += UNITS_A_FRAME;
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (!seen.add(name)) {
                throw BadRequest.repeated(at + "." + name);
            }
            weight += TextWeight.name(parser);
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                field.read(name, at + "." + name);
            }
        }
    }

    private void block(String at) {
        object(at, (name, here) -> {
            switch (name) {
                case "text", "toolUse", "reasoningContent", "citationsContent", "cachePoint", "json" ->
                    weight += TextWeight.of(parser);
                case "searchResult" -> weight += (1 + CITED) * TextWeight.of(parser);
                case "image" -> {
                    images++;
                    media(here, true);
                }
                case "document", "video", "audio" -> media(here, false);
                case "toolResult" ->
                    object(here, (field, inside) -> {
                        if (field.equals("content")) {
                            blocks(inside);
                        } else {
                            weight += TextWeight.of(parser);
                        }
                    });
                case "guardContent" -> throw BadRequest.notPriced(here);
                default -> throw new BadRequest("unbounded_input", here, here + ": unknown (expected: " + BLOCKS + ")");
            }
        });
    }

    private void media(String at, boolean picture) {
        long before = weight;
        Source source = new Source();
        object(at, (name, here) -> {
            switch (name) {
                case "format" -> source.format = String.valueOf(Value.text(parser, here));
                case "source" -> object(here, source::field);
                case "citations" -> {
                    source.cited = true;
                    parser.skipChildren();
                }
                default -> weight += TextWeight.of(parser);
            }
        });
        if (!picture && TEXTS.contains(source.format.toLowerCase(Locale.ROOT))) {
            weight += source.bytes;
        } else if (!picture) {
            packedBytes += source.bytes;
        }
        // a picture is one wherever it lies
        if (!picture && elsewhere == null) {
            elsewhere = source.elsewhere;
        }
        if (source.cited) {
            weight += CITED * (weight - before);
        }
    }

    /** Where a picture or a document comes from. */
    private final class Source {
        private String format = "";
        private boolean cited;
        private long bytes;
        private @Nullable String elsewhere;

        private void field(String name, String at) {
            switch (name) {
                case "bytes" -> {
                    if (parser.currentToken() != JsonToken.VALUE_STRING) {
                        throw BadRequest.value(at, Value.found(parser), "a string in base64");
                    }
                    bytes = Math.max(1, parser.getStringLength() / 4L * 3);
                }
                case "text" -> weight += TextWeight.of(parser);
                case "content" -> blocks(at);
                default -> {
                    elsewhere = at;
                    stored(at);
                }
            }
        }
    }

    /** In a bucket that the account can read: whose it is only the operator knows. Every text says where, or whose. */
    private void stored(String at) {
        boolean named = false;
        int depth = 0;
        String name = "";
        do {
            switch (parser.currentToken()) {
                case PROPERTY_NAME -> name = parser.currentName();
                case VALUE_STRING -> {
                    if (!name.equals("bucketOwner")) {
                        named = true;
                        references.add(MeteredRequest.Reference.elsewhere(
                                name.isEmpty() ? at : at + "." + name, parser.getString()));
                    }
                }
                default -> {}
            }
            depth += parser.currentToken().isStructStart() ? 1 : 0;
            depth -= parser.currentToken().isStructEnd() ? 1 : 0;
        } while (depth > 0 && parser.nextToken() != null);
        if (!named) {
            throw BadRequest.value(at, "nothing that says where", "bytes, or an s3Location with a uri");
        }
    }

    /** What is kept elsewhere, and named here. */
    List<MeteredRequest.Reference> references() {
        return references;
    }
}
