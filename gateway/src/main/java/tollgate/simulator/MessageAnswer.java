package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The bytes of one message: the events of a stream, or a document. Deterministic. */
final class MessageAnswer implements Answer {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String ID = "msg_sandbox";
    private static final String THOUGHT = "Let me think.";
    private static final String SIGNATURE = "c2FuZGJveA==";

    private final MessageCall call;
    private final Directives directives;
    private final List<String> pieces;
    private final boolean capped;
    private final @Nullable String stop;
    private final long thinking;

    MessageAnswer(MessageCall call, Directives directives) {
        this.call = call;
        this.directives = directives;
        this.thinking = Math.min(call.ceiling(), directives.number("reasoning", call.thinks() ? 16 : 0));
        List<String> wanted = wanted(call, directives);
        this.stop = call.stops().stream()
                .filter(each -> !each.isEmpty() && String.join("", wanted).contains(each))
                .findFirst()
                .orElse(null);
        List<String> text =
                stop == null ? wanted : Tokens.split(String.join("", wanted).split(quote(stop), 2)[0]);
        int room = (int) Math.max(0, Math.min(Integer.MAX_VALUE, call.ceiling() - thinking));
        this.capped = text.size() > room;
        this.pieces = capped ? text.subList(0, room) : text;
    }

    private static String quote(String text) {
        return Pattern.quote(text);
    }

    private static List<String> wanted(MessageCall call, Directives directives) {
        long tokens = directives.number("tokens", -1);
        if (tokens >= 0) {
            int size = (int) directives.number("event-bytes", 4);
            return Collections.nCopies((int) tokens, size <= 4 ? " tok" : "x".repeat(size));
        }
        return Tokens.split(
                call.tool() == null ? "You said: " + call.lastText() : "{\"text\":" + quoted(call.lastText()) + "}");
    }

    @Override
    public boolean stream() {
        return call.stream();
    }

    @Override
    public byte[] document() {
        if (directives.is("error", "only")) {
            return utf8(error());
        }
        String text = String.join("", pieces);
        StringBuilder json = new StringBuilder(256).append(head()).append("\"content\":[");
        if (thinking > 0) {
            json.append(
                    "{\"type\":\"thinking\",\"thinking\":\"" + THOUGHT + "\",\"signature\":\"" + SIGNATURE + "\"},");
        }
        if (call.tool() == null) {
            json.append("{\"type\":\"text\",\"text\":").append(quoted(text)).append('}');
        } else {
            json.append("{\"type\":\"tool_use\",\"id\":\"toolu_sandbox\",\"name\":")
                    .append(quoted(call.tool()))
                    .append(",\"input\":")
                    .append(text.isEmpty() || capped || directives.text("tokens") != null ? "{}" : text)
                    .append('}');
        }
        json.append("],").append(stopped());
        String usage = Objects.requireNonNullElse(directives.text("usage"), "told");
        if (!usage.equals("omit")) {
            json.append(",\"usage\":").append(usage.equals("null") ? "null" : usage(true, tokens()));
        }
        return utf8(json.append('}').toString());
    }

    @Override
    public List<byte[]> events() {
        List<byte[]> events = new ArrayList<>();
        if (directives.is("error", "only")) {
            events.add(event("error", error()));
            return events;
        }
        String usage = Objects.requireNonNullElse(directives.text("usage"), "told");
        boolean started = !usage.equals("omit") && !usage.equals("completion-only");
        events.add(event(
                "message_start",
                "{\"type\":\"message_start\",\"message\":" + head()
                        + "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null"
                        + (started ? ",\"usage\":" + usage(true, usage.equals("zero") ? 0 : 1) : "") + "}}"));
        if (usage.equals("early")) {
            events.add(last(usage));
        }
        List<byte[]> body = body();
        boolean breaks = directives.is("error", "mid");
        events.addAll(breaks ? body.subList(0, body.size() / 2) : body);
        if (breaks) {
            events.add(event("error", error()));
            return events;
        }
        if (directives.text("malformed") != null) {
            events.add(event("content_block_delta", "{\"type\":\"content_block_delta\",\"delta\":{"));
        }
        if (!usage.equals("early") && !usage.equals("late")) {
            events.add(last(usage));
        }
        if (usage.equals("twice")) {
            events.add(last(usage));
        }
        if (!directives.is("done", "omit")) {
            events.add(event("message_stop", "{\"type\":\"message_stop\"}"));
        }
        if (usage.equals("late")) {
            events.add(last(usage));
        }
        return events;
    }

    private List<byte[]> body() {
        List<byte[]> events = new ArrayList<>();
        int index = 0;
        if (thinking > 0) {
            events.add(start(index, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"));
            events.add(delta(index, "\"thinking_delta\",\"thinking\":\"" + THOUGHT + "\""));
            events.add(delta(index, "\"signature_delta\",\"signature\":\"" + SIGNATURE + "\""));
            events.add(stop(index++));
        }
        events.add(start(
                index,
                call.tool() == null
                        ? "{\"type\":\"text\",\"text\":\"\"}"
                        : "{\"type\":\"tool_use\",\"id\":\"toolu_sandbox\",\"name\":" + quoted(call.tool())
                                + ",\"input\":{}}"));
        events.add(event("ping", "{\"type\": \"ping\"}"));
        String kind = call.tool() == null ? "\"text_delta\",\"text\":" : "\"input_json_delta\",\"partial_json\":";
        if (directives.number("tokens", -1) >= 0 && !pieces.isEmpty()) {
            events.addAll(Collections.nCopies(pieces.size(), delta(index, kind + quoted(pieces.getFirst()))));
        } else {
            for (String piece : pieces) {
                events.add(delta(index, kind + quoted(piece)));
            }
        }
        events.add(stop(index));
        return events;
    }

    private byte[] start(int index, String block) {
        return event(
                "content_block_start",
                "{\"type\":\"content_block_start\",\"index\":" + index + ",\"content_block\":" + block + "}");
    }

    private byte[] delta(int index, String delta) {
        return event(
                "content_block_delta",
                "{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":{\"type\":" + delta + "}}");
    }

    private byte[] stop(int index) {
        return event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + index + "}");
    }

    private byte[] last(String usage) {
        String told = switch (usage) {
            case "omit", "prompt-only" -> "";
            case "null" -> ",\"usage\":null";
            default -> ",\"usage\":" + usage(false, usage.equals("zero") ? 0 : tokens());
        };
        return event("message_delta", "{\"type\":\"message_delta\",\"delta\":{" + stopped() + "}" + told + "}");
    }

    private String head() {
        return "{\"id\":\"" + ID + "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":" + quoted(call.model())
                + ",";
    }

    private String stopped() {
        String reason =
                capped ? "max_tokens" : stop != null ? "stop_sequence" : call.tool() == null ? "end_turn" : "tool_use";
        String told = directives.text("stop");
        return "\"stop_reason\":\"" + (told == null ? reason : told) + "\",\"stop_sequence\":"
                + (stop == null || capped ? "null" : quoted(stop));
    }

    private long tokens() {
        return directives.is("usage", "zero") ? 0 : pieces.size() + thinking;
    }

    /** As the start of a message or a whole one has it, or shorter, as the end of a stream has it. */
    private String usage(boolean full, long output) {
        boolean zero = directives.is("usage", "zero");
        long read = zero ? 0 : directives.number("cache-read", 0);
        long minutes = zero ? 0 : directives.number("cache-write", 0);
        long hour = zero ? 0 : directives.number("cache-write-1h", 0);
        String input = directives.is("usage", "completion-only")
                ? ""
                : "\"input_tokens\":" + (zero ? 0 : call.promptTokens()) + ",";
        String caches = "\"cache_creation_input_tokens\":" + (minutes + hour) + ",\"cache_read_input_tokens\":" + read;
        if (full && directives.is("usage", "prompt-only") && !call.stream()) {
            return "{" + input + caches + "}";
        }
        return "{" + input + caches
                + (full
                        ? ",\"cache_creation\":{\"ephemeral_5m_input_tokens\":" + minutes
                                + ",\"ephemeral_1h_input_tokens\":" + hour + "}"
                        : "")
                + ",\"output_tokens\":" + output
                + (thinking > 0 ? ",\"output_tokens_details\":{\"thinking_tokens\":" + thinking + "}" : "")
                + (full
                        ? ",\"service_tier\":\"standard\",\"inference_geo\":" + quoted(call.region())
                                + (call.fast() ? ",\"speed\":\"fast\"" : "")
                        : "")
                + "}";
    }

    private String error() {
        return AnthropicProvider.error("overloaded_error", "The sandbox was told to fail.");
    }

    private byte[] event(String name, String data) {
        String end = switch (String.valueOf(directives.text("eol"))) {
            case "crlf" -> "\r\n";
            case "cr" -> "\r";
            default -> "\n";
        };
        return utf8("event: " + name + end + "data: " + data + end + end);
    }

    private static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
