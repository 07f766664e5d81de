package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** The bytes of one chat answer: the events of a stream, or a document. Deterministic. */
final class ChatAnswer implements Answer {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long CREATED = 1_760_000_000L;
    private static final String ID = "chatcmpl-sandbox";
    private static final long MOST_BYTES = 64L << 20;
    private static final long ENVELOPE = 256;

    private final ChatCall call;
    private final Directives directives;
    private final String id;
    private final List<String> pieces;
    private final boolean full;
    private final long completionTokens;
    private final long reasoningTokens;

    ChatAnswer(ChatCall call, Directives directives) {
        this(call, directives, ID);
    }

    /** Under an id of its own. */
    ChatAnswer(ChatCall call, Directives directives, String id) {
        this.id = id;
        this.call = call;
        this.directives = directives;
        List<String> wanted = wanted(call, directives);
        boolean capped = call.ceiling() >= 0 && wanted.size() > call.ceiling();
        this.full = !capped;
        this.pieces = capped ? wanted.subList(0, (int) call.ceiling()) : wanted;
        this.reasoningTokens = directives.number("reasoning", 0);
        this.completionTokens = call.choices() * (pieces.size() + reasoningTokens);
    }

    private static List<String> wanted(ChatCall call, Directives directives) {
        long tokens = directives.number("tokens", -1);
        if (tokens >= 0) {
            int size = (int) directives.number("event-bytes", 4);
            String piece = size <= 4 ? " tok" : "x".repeat(size);
            return Collections.nCopies((int) tokens, piece);
        }
        if (call.tool() != null) {
            return Tokens.split("{\"text\":" + quoted(call.lastText()) + "}");
        }
        return Tokens.split("You said: " + call.lastText());
    }

    /**
     * Whether an answer would have to be made in memory that is not to be had: the gateway may live in this process.
     *
     * @param ceiling most tokens of the answer; below 0: none was set
     */
    static boolean isTooLarge(boolean stream, long ceiling, long choices, Directives directives) {
        boolean flows = stream && directives.text("encoding") == null && directives.text("slice") == null;
        long tokens = directives.number("tokens", 0);
        long most = ceiling >= 0 ? Math.min(tokens, ceiling) : tokens;
        long each = flows ? ENVELOPE : Math.max(4, directives.number("event-bytes", 4)) + (stream ? ENVELOPE : 0);
        boolean copied = !flows || choices > 1;
        return tokens > Integer.MAX_VALUE
                || directives.number("event-bytes", 0) > MOST_BYTES
                || (copied && most > MOST_BYTES / each / choices);
    }

    @Override
    public boolean stream() {
        return call.stream();
    }

    @Override
    public byte[] document() {
        StringBuilder json = new StringBuilder(256)
                .append("{\"id\":\"" + id + "\",\"object\":\"chat.completion\",\"created\":" + CREATED + ",\"model\":")
                .append(quoted(call.model()))
                .append(",\"choices\":[");
        String text = String.join("", pieces);
        for (int i = 0; i < call.choices(); i++) {
            json.append(i == 0 ? "" : ",").append("{\"index\":").append(i).append(",\"message\":");
            if (call.tool() == null) {
                json.append("{\"role\":\"assistant\",\"content\":")
                        .append(quoted(text))
                        .append(",\"refusal\":null,");
            } else {
                json.append("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_sandbox_")
                        .append(i)
                        .append("\",\"type\":\"function\",\"function\":{\"name\":")
                        .append(quoted(call.tool()))
                        .append(",\"arguments\":")
                        .append(quoted(text))
                        .append("}}],\"refusal\":null,");
            }
            json.append("\"annotations\":[]},\"logprobs\":null,\"finish_reason\":")
                    .append(quoted(finishReason()))
                    .append('}');
        }
        json.append(']');
        String usage = directives.text("usage");
        if (!"omit".equals(usage)) {
            json.append(",\"usage\":").append("null".equals(usage) ? "null" : usage());
        }
        json.append(",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_sandbox\"}\n");
        return utf8(json.toString());
    }

    @Override
    public List<byte[]> events() {
        if (directives.is("error", "only")) {
            return ended(List.of(error()), List.of());
        }
        List<byte[]> head = new ArrayList<>();
        List<byte[]> tail = new ArrayList<>();
        for (int i = 0; i < call.choices(); i++) {
            head.add(first(i));
        }
        if (directives.is("usage", "early") && call.usageAsked()) {
            head.add(usageEvent());
        }
        List<byte[]> body = body();
        if (directives.is("error", "mid")) {
            return ended(head, List.copyOf(body.subList(0, body.size() / 2)), List.of(error()));
        }
        if (directives.text("malformed") != null) {
            tail.add(event("{\"choices\":[{\"delta\":"));
        }
        for (int i = 0; i < call.choices(); i++) {
            tail.add(chunk("{\"index\":" + i + ",\"delta\":{},\"logprobs\":null,\"finish_reason\":"
                    + quoted(finishReason()) + "}"));
        }
        boolean reports = call.usageAsked() && !directives.is("usage", "omit");
        if (reports && !directives.is("usage", "early") && !directives.is("usage", "late")) {
            tail.add(usageEvent());
        }
        if (reports && directives.is("usage", "twice")) {
            tail.add(usageEvent());
        }
        List<byte[]> events = ended(head, body, tail);
        if (reports && directives.is("usage", "late")) {
            events.add(usageEvent());
        }
        return events;
    }

    @SafeVarargs
    private List<byte[]> ended(List<byte[]>... parts) {
        List<byte[]> events = new ArrayList<>();
        for (List<byte[]> part : parts) {
            events.addAll(part);
        }
        if (!directives.is("done", "omit")) {
            events.add(event("[DONE]"));
        }
        return events;
    }

    private byte[] first(int choice) {
        String delta = call.tool() == null
                ? "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"
                : "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_sandbox_"
                        + choice
                        + "\",\"type\":\"function\",\"function\":{\"name\":" + quoted(call.tool())
                        + ",\"arguments\":\"\"}}],\"refusal\":null}";
        return chunk("{\"index\":" + choice + ",\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":null}");
    }

    private List<byte[]> body() {
        if (directives.number("tokens", -1) >= 0 && call.choices() == 1 && !pieces.isEmpty()) {
            return Collections.nCopies(pieces.size(), piece(0, pieces.getFirst()));
        }
        List<byte[]> events = new ArrayList<>();
        for (String piece : pieces) {
            for (int i = 0; i < call.choices(); i++) {
                events.add(piece(i, piece));
            }
        }
        return events;
    }

    private byte[] piece(int choice, String text) {
        String delta = call.tool() == null
                ? "{\"content\":" + quoted(text) + "}"
                : "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":" + quoted(text) + "}}]}";
        return chunk("{\"index\":" + choice + ",\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":null}");
    }

    private byte[] usageEvent() {
        return event(
                chunkHead() + "\"choices\":[],\"usage\":" + (directives.is("usage", "null") ? "null" : usage()) + "}");
    }

    private byte[] chunk(String choice) {
        return event(chunkHead() + "\"choices\":[" + choice + "]" + (call.usageAsked() ? ",\"usage\":null" : "") + "}");
    }

    private String chunkHead() {
        return "{\"id\":\"" + id + "\",\"object\":\"chat.completion.chunk\",\"created\":" + CREATED + ",\"model\":"
                + quoted(call.model()) + ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_sandbox\",";
    }

    private byte[] error() {
        return event("{\"error\":{\"message\":\"The sandbox was told to fail.\",\"type\":\"server_error\","
                + "\"param\":null,\"code\":\"sandbox_error\"}}");
    }

    private String usage() {
        long prompt = directives.is("usage", "zero") ? 0 : call.promptTokens();
        long completion = directives.is("usage", "zero") ? 0 : completionTokens;
        if (directives.is("usage", "prompt-only")) {
            return "{\"prompt_tokens\":" + prompt + "}";
        }
        if (directives.is("usage", "completion-only")) {
            return "{\"completion_tokens\":" + completion + "}";
        }
        return "{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + completion + ",\"total_tokens\":"
                + (prompt + completion)
                + ",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":" + reasoningTokens
                + ",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
    }

    private String finishReason() {
        if (!full) {
            return "length";
        }
        return call.tool() == null ? "stop" : "tool_calls";
    }

    private byte[] event(String data) {
        String end = switch (String.valueOf(directives.text("eol"))) {
            case "crlf" -> "\r\n";
            case "cr" -> "\r";
            default -> "\n";
        };
        return utf8("data: " + data + end + end);
    }

    private static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
