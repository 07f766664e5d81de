package tollgate.dialect.gemini;

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
 * Reads contents and their parts: weighs text, counts pictures, notes what is packed and what is elsewhere
 * (ai.google.dev/api/caching#Content).
 */
final class PartsReader {
    /** Tokens that frame one content or part, generously. */
    private static final int UNITS_A_FRAME = 16;

    private final JsonParser parser;
    private final boolean textOnly;
    private final List<MeteredRequest.Reference> references = new ArrayList<>();
    private long weight;
    private int images;
    private long packedBytes;
    private @Nullable String elsewhere;

    /**
     * A reader.
     *
     * @param textOnly anything but text is refused: it has no price where the contents go
     */
    PartsReader(JsonParser parser, boolean textOnly) {
        this.parser = parser;
        this.textOnly = textOnly;
    }

    long weight() {
        return weight;
    }

    int images() {
        return images;
    }

    /** Bytes of sound, video and documents: how many tokens they make nobody can tell from here. */
    long packedBytes() {
        return packedBytes;
    }

    /** Where something is asked to be read that is not in the request; null: nowhere. */
    @Nullable
    String elsewhere() {
        return elsewhere;
    }

    /** Reads what the parser stands on: contents. */
    void contents(String at) {
        Lists.read(parser, at, this::content);
    }

    /** Reads the object that the parser stands on: one content. */
    void content(String at) {
        weight += UNITS_A_FRAME;
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            parser.nextToken();
            if (name.equals("parts")) {
                Lists.read(parser, at + ".parts", this::part);
            } else {
                weight += TextWeight.of(parser);
            }
        }
    }

    private void part(String at) {
        weight += UNITS_A_FRAME;
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            weight += TextWeight.name(parser);
            JsonToken value = parser.nextToken();
            String here = at + "." + name;
            boolean object = value == JsonToken.START_OBJECT;
            if (textOnly && value != JsonToken.VALUE_NULL && !name.equals("text")) {
                throw BadRequest.notPriced(here);
            }
            switch (name) {
                case "inlineData" -> {
                    if (object) {
                        packed(here);
                    }
                }
                case "fileData" -> {
                    if (object) {
                        elsewhere = elsewhere == null ? here : elsewhere;
                        file(here);
                    }
                }
                case "functionResponse" -> {
                    if (object) {
                        answered(here);
                    }
                }
                default -> weight += TextWeight.of(parser);
            }
        }
    }

    /** A file of the account's is somebody's; what the whole web can read is not. */
    private void file(String at) {
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            parser.nextToken();
            if (name.equals("fileUri")) {
                String uri = Value.text(parser, at + ".fileUri");
                if (uri != null && !PublicAddress.is(uri)) {
                    references.add(MeteredRequest.Reference.elsewhere(at + ".fileUri", uri));
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    /** What is kept at the provider, and named here. */
    List<MeteredRequest.Reference> references() {
        return references;
    }

    /** What a function answered may have parts of its own. */
    private void answered(String at) {
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (name.equals("parts")) {
                Lists.read(parser, at + ".parts", this::part);
            } else {
                weight += TextWeight.of(parser);
            }
        }
    }

    private void packed(String at) {
        Set<String> seen = new HashSet<>();
        String type = "";
        long length = 0;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = Spelling.once(parser.currentName(), at, seen);
            JsonToken value = parser.nextToken();
            if (name.equals("mimeType")) {
                String given = Value.text(parser, at + ".mimeType");
                type = given == null ? "" : given.toLowerCase(Locale.ROOT);
            } else if (name.equals("data") && value == JsonToken.VALUE_STRING) {
                length = parser.getStringLength();
            }
            parser.skipChildren();
        }
        if (type.startsWith("image/")) {
            images++;
        } else if (type.startsWith("text/")) {
            weight += length;
        } else {
            packedBytes += Math.max(1, length / 4 * 3);
        }
    }
}
