package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The bytes of one generated answer: a document, events, or the elements of one array. Deterministic. */
final class GeminiAnswer implements Answer {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MOST_QUERIES = 100;

    /** How it comes. */
    enum Form {
        WHOLE,
        EVENTS,
        ARRAY
    }

    private final GeminiCall call;
    private final Directives directives;
    private final Form form;
    private final List<String> pieces;
    private final boolean capped;
    private final long thoughts;

    GeminiAnswer(GeminiCall call, Directives directives, Form form) {
        this.call = call;
        this.directives = directives;
        this.form = form;
        this.thoughts = directives.number("reasoning", 0);
        List<String> wanted = wanted(call, directives);
        this.capped = call.ceiling() >= 0 && wanted.size() > call.ceiling();
        this.pieces = capped ? wanted.subList(0, (int) call.ceiling()) : wanted;
    }

    private static List<String> wanted(GeminiCall call, Directives directives) {
        long tokens = directives.number("tokens", -1);
        if (tokens >= 0) {
            int size = (int) directives.number("event-bytes", 4);
            return Collections.nCopies((int) tokens, size <= 4 ? " tok" : "x".repeat(size));
        }
        return Tokens.split(
                call.json()
                        ? "{\"said\":" + JSON.writeValueAsString(call.lastText()) + "}"
                        : "You said: " + call.lastText());
    }

    @Override
    public boolean stream() {
        return form != Form.WHOLE;
    }

    @Override
    public String streamType() {
        return form == Form.EVENTS ? "text/event-stream" : "application/json; charset=UTF-8";
    }

    @Override
    public byte[] document() {
        return utf8(directives.is("error", "only") ? error() : piece(String.join("", pieces), pieces.size(), true));
    }

    @Override
    public List<byte[]> events() {
        List<String> documents = new ArrayList<>();
        if (directives.is("error", "only")) {
            documents.add(error());
        } else {
            boolean breaks = directives.is("error", "mid");
            int last = breaks ? pieces.size() / 2 : pieces.size() - 1;
            for (int i = 0; i < last; i++) {
                documents.add(piece(pieces.get(i), i + 1, false));
            }
            if (directives.text("malformed") != null) {
                documents.add("{\"candidates\": [{\"content\": {");
            }
            documents.add(breaks ? error() : piece(pieces.isEmpty() ? "" : pieces.getLast(), pieces.size(), true));
        }
        return framed(documents);
    }

    private List<byte[]> framed(List<String> documents) {
        List<byte[]> framed = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            if (form == Form.EVENTS) {
                String end = directives.is("eol", "lf") ? "\n" : directives.is("eol", "cr") ? "\r" : "\r\n";
                framed.add(utf8("data: " + documents.get(i) + end + end));
            } else {
                framed.add(utf8((i == 0 ? "[" : ",\r\n") + documents.get(i)));
            }
        }
        if (form == Form.ARRAY && !directives.is("done", "omit")) {
            framed.add(utf8("\n]\n"));
        }
        return framed;
    }

    private String piece(String text, long soFar, boolean last) {
        ObjectNode piece = JSON.createObjectNode();
        ArrayNode candidates = piece.putArray("candidates");
        for (int i = 0; i < call.candidates(); i++) {
            ObjectNode candidate = candidates.addObject();
            ObjectNode content = candidate.putObject("content");
            ObjectNode part = content.putArray("parts").addObject();
            if (call.function() == null) {
                part.put("text", text);
            } else if (last) {
                ObjectNode function = part.putObject("functionCall").put("name", call.function());
                function.putObject("args").put("text", call.lastText());
            } else {
                part.put("text", "");
            }
            content.put("role", "model");
            if (last) {
                candidate.put("finishReason", capped ? "MAX_TOKENS" : "STOP");
                grounded(candidate);
            }
            candidate.put("index", i);
        }
        usage(piece, soFar, last);
        return piece.put("modelVersion", call.model())
                .put("responseId", "resp_sandbox")
                .toString();
    }

    private void grounded(ObjectNode candidate) {
        long queries = Math.min(MOST_QUERIES, directives.number("searches", 0));
        if (queries > 0) {
            ArrayNode list = candidate.putObject("groundingMetadata").putArray("webSearchQueries");
            for (long i = 0; i < queries; i++) {
                list.add("tea " + i);
            }
        }
    }

    private void usage(ObjectNode piece, long soFar, boolean last) {
        boolean early = directives.is("usage", "early");
        if (directives.is("usage", "omit") || (early && last)) {
            return;
        }
        if (directives.is("usage", "null")) {
            piece.putNull("usageMetadata");
            return;
        }
        boolean zero = directives.is("usage", "zero");
        long prompt = zero ? 0 : call.promptTokens();
        long answer = zero ? 0 : call.candidates() * soFar;
        long thought = zero ? 0 : thoughts;
        long cached = zero ? 0 : directives.number("cache-read", 0);
        ObjectNode usage = piece.putObject("usageMetadata");
        if (!directives.is("usage", "completion-only")) {
            usage.put("promptTokenCount", prompt);
        }
        if (!directives.is("usage", "prompt-only")) {
            usage.put("candidatesTokenCount", answer).put("totalTokenCount", prompt + answer + thought);
        }
        usage.putArray("promptTokensDetails")
                .addObject()
                .put("modality", "TEXT")
                .put("tokenCount", prompt);
        if (cached > 0) {
            usage.put("cachedContentTokenCount", cached);
        }
        if (thought > 0) {
            usage.put("thoughtsTokenCount", thought);
        }
        usage.put("serviceTier", "standard");
    }

    private static String error() {
        return GeminiProvider.error(503, "UNAVAILABLE", "The sandbox was told to fail.", "sandbox");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
