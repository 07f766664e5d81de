package tollgate.simulator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;
import tools.jackson.databind.json.JsonMapper;

/** Messages of AWS's event stream. Stateless. */
final class Frames {
    private Frames() {}

    /** An event with a document. */
    static byte[] event(String type, String json) {
        return frame(":event-type", type, "event", json);
    }

    /** A piece of an answer in a model's own language. */
    static byte[] chunk(String json) {
        String bytes = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        return event(
                "chunk",
                JsonMapper.shared()
                        .createObjectNode()
                        .put("bytes", bytes)
                        .put("p", "abcdefghijklm".substring(json.length() % 13))
                        .toString());
    }

    /** What ends a stream that fails. */
    static byte[] exception(String type, String message) {
        return frame(
                ":exception-type",
                type,
                "exception",
                JsonMapper.shared().createObjectNode().put("message", message).toString());
    }

    private static byte[] frame(String field, String type, String message, String json) {
        Map<String, HeaderValue> fields = new LinkedHashMap<>();
        fields.put(field, HeaderValue.fromString(type));
        fields.put(":content-type", HeaderValue.fromString("application/json"));
        fields.put(":message-type", HeaderValue.fromString(message));
        ByteBuffer frame = new Message(fields, json.getBytes(StandardCharsets.UTF_8)).toByteBuffer();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }
}
