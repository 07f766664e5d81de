package tollgate.dialect.bedrock;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;

/** Requests, and frames as AWS's own library writes them. */
final class BedrockSamples {
    static final BedrockDialect DIALECT = new BedrockDialect();
    static final String CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1%3A0";
    private static final Pattern COUNT = Pattern.compile("(x-amzn-bedrock-[a-z-]+)\"+: \"+(\\d+)\"");

    private BedrockSamples() {}

    static String path(String model, String operation) {
        return "/model/" + model + "/" + operation;
    }

    static RequestReading reading(String path, String body) {
        Service service = DIALECT.service("POST", path);
        return DIALECT.read(
                service == null ? Service.CHAT : service,
                path,
                Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    }

    static MeteredRequest request(String path, String body) {
        return ((RequestReading.Understood) reading(path, body)).request();
    }

    /** A scanner of what InvokeModel answers. */
    static AnswerScanner invoked(String model, boolean stream, String body, Map<String, String> head) {
        String path = path(model, stream ? "invoke-with-response-stream" : "invoke");
        return DIALECT.scanner(
                request(path, body), path, new AnswerShape(stream ? Form.FRAMES : Form.WHOLE, false, false), head::get);
    }

    static byte[] frame(String kind, String type, byte[] payload) {
        Map<String, HeaderValue> fields = new LinkedHashMap<>();
        fields.put(kind.equals("event") ? ":event-type" : ":exception-type", HeaderValue.fromString(type));
        fields.put(":content-type", HeaderValue.fromString("application/json"));
        fields.put(":message-type", HeaderValue.fromString(kind));
        ByteBuffer frame = new Message(fields, payload).toByteBuffer();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    static byte[] event(String type, String json) {
        return frame("event", type, json.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] text(String text) {
        return event(
                "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"" + text + "\"},\"p\":\"abc\"}");
    }

    static byte[] metadata(String usage) {
        return event("metadata", "{\"metrics\":{\"latencyMs\":5},\"p\":\"ab\",\"usage\":" + usage + "}");
    }

    static byte[] chunk(String json) {
        String bytes = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        return event("chunk", "{\"bytes\":\"" + bytes + "\",\"p\":\"abcdef\"}");
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** The counts that a recorded head had. */
    static Map<String, String> head(Recording recording) {
        Map<String, String> head = new LinkedHashMap<>();
        Matcher counts = COUNT.matcher(recording.notes());
        while (counts.find()) {
            head.put(counts.group(1), counts.group(2));
        }
        return head;
    }
}
