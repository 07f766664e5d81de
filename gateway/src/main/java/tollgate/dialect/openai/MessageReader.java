package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.TextWeight;
import tollgate.dialect.json.Value;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code messages}: weighs their text, counts their images, refuses parts that have no price. */
final class MessageReader {
    /** Tokens that frame one message in a prompt, generously: role, separators, name. */
    private static final int UNITS_A_MESSAGE = 16;

    private final JsonParser parser;
    private long weight;
    private int lowImages;
    private int otherImages;

    MessageReader(JsonParser parser) {
        this.parser = parser;
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

    /** Reads the array that the parser stands on. */
    void read() {
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
            JsonToken value = parser.nextToken();
            switch (name) {
                case "content" -> {
                    if (content) {
                        throw BadRequest.repeated(at + ".content");
                    }
                    content = true;
                    content(at + ".content", value);
                }
                case "audio" -> {
                    if (value != JsonToken.VALUE_NULL) {
                        throw BadRequest.notPriced(at + ".audio");
                    }
                }
                default -> weight += TextWeight.of(parser);
            }
        }
    }

    private void content(String at, JsonToken value) {
        switch (value) {
            case VALUE_STRING, VALUE_NULL -> weight += TextWeight.of(parser);
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    part(at + "[" + i + "]");
                }
            }
            default -> throw BadRequest.value(at, Value.found(parser), "a string, an array of parts or null");
        }
    }

    private void part(String at) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object");
        }
        weight += 3;
        String type = null;
        boolean image = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            JsonToken value = parser.nextToken();
            if (name.equals("type")) {
                if (type != null) {
                    throw BadRequest.repeated(at + ".type");
                }
                if (value != JsonToken.VALUE_STRING) {
                    throw BadRequest.value(at + ".type", Value.found(parser), "a string");
                }
                type = parser.getString();
                weight += TextWeight.of(parser);
            } else if (name.equals("image_url")) {
                if (image) {
                    throw BadRequest.repeated(at + ".image_url");
                }
                image = true;
                image(at + ".image_url", value);
            } else {
                weight += TextWeight.of(parser);
            }
        }
        checkType(at, type, image);
    }

    private static void checkType(String at, @Nullable String type, boolean image) {
        if (type == null) {
            throw BadRequest.value(at + ".type", "absent", "text or image_url");
        }
        switch (type) {
            case "text", "refusal" -> {
                if (image) {
                    throw BadRequest.value(at + ".type", type, "image_url, as the part has one");
                }
            }
            case "image_url" -> {
                if (!image) {
                    throw BadRequest.value(at + ".image_url", "absent", "an object with a url");
                }
            }
            case "input_audio", "file" -> throw BadRequest.notPriced(at + "." + type);
            default -> throw BadRequest.value(at + ".type", Value.quoted(type), "text, refusal or image_url");
        }
    }

    /** An image bills by the model's constant for its detail; the bytes of its URL do not bill. */
    private void image(String at, JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            otherImages++;
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw BadRequest.value(at, Value.found(parser), "an object with a url");
        }
        boolean detail = false;
        boolean low = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            weight += TextWeight.name(parser);
            parser.nextToken();
            if (name.equals("url")) {
                parser.skipChildren();
            } else {
                if (name.equals("detail")) {
                    if (detail) {
                        throw BadRequest.repeated(at + ".detail");
                    }
                    detail = true;
                    low = parser.currentToken() == JsonToken.VALUE_STRING && "low".equals(parser.getString());
                }
                weight += TextWeight.of(parser);
            }
        }
        if (low) {
            lowImages++;
        } else {
            otherImages++;
        }
    }
}
