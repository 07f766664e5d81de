package tollgate.dialect.json;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ModelPlace;
import tollgate.dialect.RequestReading;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/**
 * Reads the body of one request in one pass, field by field as its dialect's table says. Used once.
 *
 * <p>Anything but one JSON object in UTF-8 is refused, as is a repeated name of a field that is read: readers disagree on
 * which one counts.
 */
public abstract class RequestReader {
    /** Stands on what is to be read. */
    protected final JsonParser parser;

    /** What the model may be made to read, in tokens at most. */
    protected long weight;

    /** Right after the body's opening brace, in bytes from its start. */
    protected int start;

    private final RequestFields fields;
    private @Nullable String modelInPath;
    private final List<ModelPlace> models = new ArrayList<>(1);
    private boolean renamable = true;
    private byte[] bytes = {};
    private int bytesFrom;
    private final Set<String> seen = new HashSet<>();
    private final List<String> unknown = new ArrayList<>();

    /** A reader of what the parser is about to give. */
    protected RequestReader(JsonParser parser, RequestFields fields) {
        this.parser = parser;
        this.fields = fields;
    }

    /** Reads a body with a new reader; the body stays as it is. */
    public static RequestReading read(ByteBuf body, Function<JsonParser, RequestReader> reader) {
        return read(body, reader, null);
    }

    /**
     * The same.
     *
     * @param model which one it is for, whatever the body says; null: the body says so
     */
    public static RequestReading read(
            ByteBuf body, Function<JsonParser, RequestReader> reader, @Nullable String model) {
        byte[] bytes = body.hasArray() ? body.array() : ByteBufUtil.getBytes(body);
        int offset = body.hasArray() ? body.arrayOffset() + body.readerIndex() : 0;
        int length = body.readableBytes();
        try {
            checkEncoding(bytes, offset, length);
            try (JsonParser parser = Jackson.parser(bytes, offset, length)) {
                RequestReader reading = reader.apply(parser);
                reading.modelInPath = model;
                reading.bytes = bytes;
                reading.bytesFrom = offset;
                MeteredRequest request = reading.request();
                return new RequestReading.Understood(request, reading.renamable ? reading.models : null);
            }
        } catch (BadRequest bad) {
            return bad.refused();
        } catch (JacksonException malformed) {
            TokenStreamLocation at = malformed.getLocation();
            return notJson(at == null ? "nested too deep" : "not JSON at byte " + at.getByteOffset());
        }
    }

    /** The parser would guess other encodings from their zero bytes; JSON between systems is UTF-8 (RFC 8259 §8.1). */
    private static void checkEncoding(byte[] bytes, int offset, int length) {
        int fault = Utf8.fault(bytes, offset, offset + length);
        for (int i = offset; i < offset + Math.min(4, length) && fault < 0; i++) {
            fault = bytes[i] == 0 ? i : -1;
        }
        if (fault >= 0) {
            throw new BadRequest("invalid_json", null, "body: not UTF-8 at byte " + (fault - offset));
        }
        if (length >= 3 && bytes[offset] == (byte) 0xEF && bytes[offset + 1] == (byte) 0xBB) {
            throw new BadRequest("invalid_json", null, "body: begins with a byte order mark (expected: none)");
        }
    }

    private static RequestReading.Refused notJson(String found) {
        return new RequestReading.Refused(400, "invalid_json", null, "body: " + found + " (expected: one JSON object)");
    }

    private MeteredRequest request() {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new BadRequest("invalid_json", null, "body: not an object (expected: one JSON object)");
        }
        start = offset() + 1;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            field(name);
        }
        if (parser.nextToken() != null) {
            throw new BadRequest("invalid_json", null, "body: goes on after the object (expected: one JSON object)");
        }
        return finished();
    }

    private void field(String name) {
        RequestFields.Kind kind = fields.kind(name);
        if (kind == null) {
            String meant = fields.mistakable(name);
            if (meant != null) {
                throw new BadRequest("unknown_parameter", name, name + ": unknown (expected: " + meant + ")");
            }
            unknown.add(name);
            weight += TextWeight.of(parser);
            return;
        }
        if (kind == RequestFields.Kind.FREE) {
            if (name.equals("model")) {
                naming(parser::getString);
            }
            parser.skipChildren();
            return;
        }
        if (!seen.add(name)) {
            throw BadRequest.repeated(name);
        }
        if (kind == RequestFields.Kind.PRICED) {
            if (name.equals("model")) {
                naming(() -> priced(name));
            } else {
                priced(name);
            }
        } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
            throw kind == RequestFields.Kind.UNBOUNDED ? BadRequest.unbounded(name) : BadRequest.notPriced(name);
        }
    }

    /** The value that is read next names the model, if it is a name. */
    protected final void naming(Runnable reading) {
        boolean named = parser.currentToken() == JsonToken.VALUE_STRING;
        int from = offset();
        reading.run();
        if (named) {
            stands(from, Math.toIntExact(parser.currentLocation().getByteOffset()));
        }
    }

    private void stands(int from, int to) {
        for (int i = bytesFrom + from; i < bytesFrom + to && renamable; i++) {
            renamable = bytes[i] >= 0;
        }
        models.add(new ModelPlace(from, new String(bytes, bytesFrom + from, to - from, StandardCharsets.US_ASCII)));
    }

    /** Reads a field of the table; the parser stands on its value, and is left on its last token. */
    protected abstract void priced(String name);

    /** Everything is read. */
    protected abstract MeteredRequest finished();

    /** Whether the value is an object; null is none. */
    protected final boolean opened(String name) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return false;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadRequest.value(name, Value.found(parser), "an object");
        }
        return true;
    }

    /** A field of the table that is read, or refused, was given. */
    protected final boolean given(String name) {
        return seen.contains(name);
    }

    /** Names that the table does not list. */
    protected final List<String> unknown() {
        return unknown;
    }

    /** Where the value that the parser stands on begins, in bytes from the body's start. */
    protected final int offset() {
        return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    /** The model's name, which every request needs. */
    protected final String required(@Nullable String model) {
        if (modelInPath != null) {
            return modelInPath;
        }
        if (model == null || model.isBlank()) {
            throw BadRequest.value("model", model == null ? "absent" : "empty", "a model's name");
        }
        return model;
    }
}
