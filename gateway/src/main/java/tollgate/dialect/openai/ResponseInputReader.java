package tollgate.dialect.openai;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the {@code input} of a response request: messages, and what came of earlier turns. Every text in it weighs,
 * wherever it stands; pictures and packed documents are told from texts by the part that they stand in.
 */
final class ResponseInputReader {
    /** Tokens that frame an item or a part of one, generously. */
    private static final int UNITS_AN_OBJECT = 16;

    private static final Set<String> PICTURES = Set.of("input_image", "computer_screenshot");

    private final JsonParser parser;
    private final Consumer<String> unbounded;
    private final List<MeteredRequest.Reference> references;
    private long weight;
    private int lowImages;
    private int otherImages;
    private long documentBytes;

    /**
     * A reader of what the parser is about to give.
     *
     * @param unbounded is told of what makes the provider read something that is not here
     * @param references takes the items of earlier answers that stand here by their ids alone
     */
    ResponseInputReader(JsonParser parser, Consumer<String> unbounded, List<MeteredRequest.Reference> references) {
        this.parser = parser;
        this.unbounded = unbounded;
        this.references = references;
    }

    long weight() {
        return weight;
    }

    int lowImages() {
        return lowImages;
    }

    int otherImages() {
        return otherImages;
    }

    long documentBytes() {
        return documentBytes;
    }

    /** Reads the value that the parser stands on: a text, or a list of items. */
    void read(String at) {
        switch (parser.currentToken()) {
            case VALUE_NULL -> {}
            case VALUE_STRING -> weight += UNITS_AN_OBJECT + TextWeight.of(parser);
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        throw BadRequest.value(at + "[" + i + "]", Value.found(parser), "an object");
                    }
                    object(at + "[" + i + "]", true);
                }
            }
            default -> throw BadRequest.value(at, Value.found(parser), "a string or an array of items");
        }
    }

    private void value(String at) {
        switch (parser.currentToken()) {
            case START_OBJECT -> object(at, false);
            case START_ARRAY -> {
                weight += 3;
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    value(at + "[" + i + "]");
                }
            }
            default -> weight += TextWeight.of(parser);
        }
    }

    private void object(String at, boolean item) {
        weight += UNITS_AN_OBJECT;
        String type = null;
        String id = null;
        boolean content = false;
        boolean encrypted = false;
        boolean typed = false;
        boolean low = false;
        long picture = -1;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            JsonToken value = parser.nextToken();
            switch (name) {
                case "id" -> {
                    id = value == JsonToken.VALUE_STRING ? referred(at, id) : id;
                    value(at + ".id");
                }
                case "type" -> {
                    if (typed) {
                        throw BadRequest.repeated(at + ".type");
                    }
                    typed = true;
                    type = value == JsonToken.VALUE_STRING ? parser.getString() : null;
                    value(at + ".type");
                }
                case "image_url" -> {
                    if (picture >= 0) {
                        throw BadRequest.repeated(at + ".image_url");
                    }
                    picture = packed(at + ".image_url", value);
                }
                case "detail" -> {
                    low = value == JsonToken.VALUE_STRING && "low".equals(parser.getString());
                    value(at + ".detail");
                }
                case "file_data" -> {
                    long bytes = packed(at + ".file_data", value);
                    documentBytes += bytes < 0 ? 0 : Math.max(1, bytes / 4 * 3);
                }
                case "file_id" -> {
                    names(at + ".file_id", value, ObjectCall.Kind.ELSEWHERE);
                    elsewhere(at + ".file_id", value);
                }
                case "file_url" -> elsewhere(at + ".file_url", value);
                // a container that an earlier call ran in may be used again, an earlier question be answered
                case "container_id", "approval_request_id" -> {
                    names(at + "." + name, value, ObjectCall.Kind.ITEM);
                    value(at + "." + name);
                }
                // what was cited is not read again
                case "annotations" -> weight += TextWeight.of(parser);
                case "content" -> {
                    content = value != JsonToken.VALUE_NULL;
                    value(at + ".content");
                }
                case "encrypted_content" -> {
                    encrypted = value == JsonToken.VALUE_STRING && parser.getStringLength() > 0;
                    value(at + ".encrypted_content");
                }
                case "audio", "input_audio" -> {
                    if (value != JsonToken.VALUE_NULL) {
                        throw BadRequest.notPriced(at + "." + name);
                    }
                }
                default -> value(at + "." + name);
            }
        }
        if (item) {
            looksUp(at, type, id, content, encrypted);
        } else if ("item_reference".equals(type)) {
            throw BadRequest.value(at + ".type", "item_reference", "an item of the input");
        }
        kind(at, type, picture, low);
    }

    /** What an item stands for that is not here has to be of whoever asks; who leaves the type out means a reference. */
    private void looksUp(String at, @Nullable String type, @Nullable String id, boolean content, boolean encrypted) {
        boolean reference = "item_reference".equals(type);
        if (id != null && StoredItem.isLookedUp(type, content, encrypted)) {
            references.add(new MeteredRequest.Reference(at + ".id", ObjectCall.Kind.ITEM, id));
            if (reference || type == null) {
                unbounded.accept(at + (reference ? ".type" : ".id"));
            }
        } else if (reference) {
            throw BadRequest.value(at + ".id", "absent", "an item's id");
        }
    }

    private void names(String at, JsonToken value, ObjectCall.Kind kind) {
        if (value == JsonToken.VALUE_STRING) {
            references.add(new MeteredRequest.Reference(at, kind, parser.getString()));
        }
    }

    private String referred(String at, @Nullable String before) {
        if (before != null) {
            throw BadRequest.repeated(at + ".id");
        }
        return parser.getString();
    }

    /** The length of a text that is no text to the model; -1 where there is none. It may be megabytes. */
    private long packed(String at, JsonToken value) {
        return switch (value) {
            case VALUE_NULL -> -1;
            case VALUE_STRING -> parser.getStringLength();
            default -> throw BadRequest.value(at, Value.found(parser), "a string");
        };
    }

    private void elsewhere(String at, JsonToken value) {
        if (value != JsonToken.VALUE_NULL) {
            unbounded.accept(at);
        }
        value(at);
    }

    private void kind(String at, @Nullable String type, long picture, boolean low) {
        String known = type == null ? "" : type;
        switch (known) {
            case "image_generation_call" -> throw BadRequest.notPriced(at + ".type");
            default -> {}
        }
        if (picture < 0 && !known.equals("input_image")) {
            return;
        }
        if (!PICTURES.contains(known)) {
            // nobody knows what a picture is elsewhere: its text may be read as text
            weight += 3 * Math.max(0, picture);
        }
        if (low) {
            lowImages++;
        } else {
            otherImages++;
        }
    }
}
