package tollgate.simulator;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The bytes of one answer of Bedrock's: of a conversation, or in a model's own language. Deterministic.
 *
 * @param asked the path that was asked
 */
record BedrockAnswer(BedrockProvider asked, BedrockCall call, Directives directives) implements Answer {
    private static final JsonMapper JSON = JsonMapper.shared();

    @Override
    public boolean stream() {
        return asked.streams();
    }

    @Override
    public String streamType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public void head(HttpHeaders headers) {
        if (asked.isNative() && !directives.is("usage", "omit")) {
            headers.set("x-amzn-bedrock-invocation-latency", "5");
            headers.set("x-amzn-bedrock-input-token-count", Long.toString(call.promptTokens()));
            if (!asked.embeds()) {
                headers.set("x-amzn-bedrock-output-token-count", Long.toString(output()));
            }
        }
    }

    private List<String> pieces() {
        long tokens = directives.number("tokens", -1);
        int size = (int) directives.number("event-bytes", 4);
        List<String> wanted = tokens >= 0
                ? Collections.nCopies((int) tokens, size <= 4 ? " tok" : "x".repeat(size))
                : Tokens.split(
                        call.tool() == null
                                ? "You said: " + call.lastText()
                                : JSON.createObjectNode()
                                        .put("text", call.lastText())
                                        .toString());
        return call.ceiling() >= 0 && wanted.size() > call.ceiling() ? wanted.subList(0, (int) call.ceiling()) : wanted;
    }

    private long output() {
        return directives.is("usage", "zero") ? 0 : pieces().size();
    }

    private String stopReason() {
        boolean capped = pieces().size() == call.ceiling();
        return capped ? "max_tokens" : call.tool() != null ? "tool_use" : "end_turn";
    }

    @Override
    public byte[] document() {
        if (asked.embeds()) {
            ObjectNode answer = JSON.createObjectNode();
            answer.putArray("embedding").add(0.25).add(0.5);
            return utf8(answer.put("inputTextTokenCount", call.promptTokens()));
        }
        String text = String.join("", pieces());
        if (asked.isNative() && !asked.nova()) {
            return utf8(asked.piece(text).put("stop_reason", "stop"));
        }
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("metrics").put("latencyMs", 5);
        ArrayNode content = answer.putObject("output")
                .putObject("message")
                .put("role", "assistant")
                .putArray("content");
        if (call.tool() == null) {
            content.addObject().put("text", text);
        } else {
            content.addObject()
                    .putObject("toolUse")
                    .put("toolUseId", "tooluse_sandbox")
                    .put("name", call.tool())
                    .putObject("input")
                    .put("text", call.lastText());
        }
        answer.put("stopReason", stopReason());
        usage(answer);
        return utf8(answer);
    }

    private void usage(ObjectNode answer) {
        if (directives.is("usage", "omit")) {
            return;
        }
        boolean zero = directives.is("usage", "zero");
        long input = zero ? 0 : call.promptTokens();
        long read = directives.number("cache-read", 0);
        long minutes = directives.number("cache-write", 0);
        long hour = directives.number("cache-write-1h", 0);
        ObjectNode usage = answer.putObject("usage").put("inputTokens", input).put("outputTokens", output());
        if (read + minutes + hour > 0) {
            // both names, as it was recorded
            usage.put("cacheReadInputTokens", read).put("cacheReadInputTokenCount", read);
            usage.put("cacheWriteInputTokens", minutes + hour).put("cacheWriteInputTokenCount", minutes + hour);
            ArrayNode details = usage.putArray("cacheDetails");
            details.addObject().put("inputTokens", minutes).put("ttl", "5m");
            details.addObject().put("inputTokens", hour).put("ttl", "1h");
        }
        usage.putObject("serverToolUsage");
        usage.put("totalTokens", input + read + minutes + hour + output());
    }

    @Override
    public List<byte[]> events() {
        List<byte[]> events = new ArrayList<>();
        List<String> pieces = pieces();
        boolean conversation = !asked.isNative();
        if (conversation) {
            events.add(Frames.event("messageStart", "{\"p\":\"abc\",\"role\":\"assistant\"}"));
            if (call.tool() != null) {
                ObjectNode start = JSON.createObjectNode().put("contentBlockIndex", 0);
                start.putObject("start")
                        .putObject("toolUse")
                        .put("name", call.tool())
                        .put("toolUseId", "tooluse_sandbox");
                events.add(Frames.event("contentBlockStart", start.toString()));
            }
        }
        for (int i = 0; i < pieces.size(); i++) {
            if (i == pieces.size() / 2 && directives.is("error", "mid")) {
                events.add(Frames.exception("modelStreamErrorException", "The sandbox was told to fail."));
                return events;
            }
            if (i == pieces.size() / 2 && directives.text("malformed") != null) {
                byte[] wrong = piece(pieces.get(i));
                wrong[wrong.length - 1] ^= 1;
                events.add(wrong);
            }
            events.add(piece(pieces.get(i)));
        }
        if (conversation) {
            events.add(Frames.event("contentBlockStop", "{\"contentBlockIndex\":0,\"p\":\"abcdef\"}"));
            events.add(Frames.event("messageStop", "{\"p\":\"a\",\"stopReason\":\"" + stopReason() + "\"}"));
        }
        if (!directives.is("done", "omit")) {
            events.add(conversation ? metadata() : last());
        }
        return events;
    }

    private byte[] piece(String text) {
        if (asked.isNative()) {
            return Frames.chunk(asked.piece(text).toString());
        }
        ObjectNode delta = JSON.createObjectNode().put("contentBlockIndex", 0);
        ObjectNode inside = delta.putObject("delta");
        if (call.tool() == null) {
            inside.put("text", text);
        } else {
            inside.putObject("toolUse").put("input", text);
        }
        return Frames.event("contentBlockDelta", delta.put("p", "abcdefgh").toString());
    }

    private byte[] metadata() {
        ObjectNode metadata = JSON.createObjectNode();
        metadata.putObject("metrics").put("latencyMs", 5);
        usage(metadata);
        return Frames.event("metadata", metadata.put("p", "abcd").toString());
    }

    private byte[] last() {
        ObjectNode last = asked.piece("");
        if (!directives.is("usage", "omit")) {
            metrics(last, call.promptTokens(), output());
        }
        return Frames.chunk(last.toString());
    }

    /** What Bedrock adds to the last piece of a stream. */
    static void metrics(ObjectNode last, long input, long output) {
        last.putObject("amazon-bedrock-invocationMetrics")
                .put("inputTokenCount", input)
                .put("outputTokenCount", output)
                .put("invocationLatency", 5)
                .put("firstByteLatency", 2);
    }

    private static byte[] utf8(ObjectNode answer) {
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }
}
