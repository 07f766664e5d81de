package tollgate.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bytes of one answer of the legacy completions: the events of a stream, or a document. Deterministic. */
final class CompletionAnswer implements Answer {
    private static final String HEAD =
            "{\"id\":\"cmpl-sandbox\",\"object\":\"text_completion\",\"created\":1760000000,\"model\":";

    private final JsonNode body;
    private final Directives directives;
    private final List<Prompts.Prompt> prompts;
    private final List<List<String>> choices = new ArrayList<>();
    private final boolean capped;
    private final long completionTokens;

    CompletionAnswer(JsonNode body, Directives directives) {
        this.body = body;
        this.directives = directives;
        this.prompts = Prompts.of(body.path("prompt"));
        long ceiling = body.path("max_tokens").asLong(16);
        int returned = Math.clamp(body.path("n").asInt(1), 1, 128);
        boolean any = false;
        for (Prompts.Prompt prompt : prompts) {
            List<String> wanted = wanted(prompt.text());
            any |= wanted.size() > ceiling;
            List<String> pieces = wanted.size() > ceiling ? wanted.subList(0, (int) ceiling) : wanted;
            for (int i = 0; i < returned; i++) {
                choices.add(pieces);
            }
        }
        this.capped = any;
        long each = choices.stream().mapToLong(List::size).sum() / returned;
        this.completionTokens = each * candidates(body);
    }

    /** Candidates for each prompt, returned or not. */
    static long candidates(JsonNode body) {
        return Math.clamp(Math.max(body.path("n").asInt(1), body.path("best_of").asInt(1)), 1, 128);
    }

    private List<String> wanted(String prompt) {
        long tokens = directives.number("tokens", -1);
        return tokens >= 0 ? Collections.nCopies((int) tokens, " tok") : Tokens.split(" and so on: " + prompt);
    }

    @Override
    public boolean stream() {
        return body.path("stream").asBoolean(false);
    }

    @Override
    public byte[] document() {
        StringBuilder json = new StringBuilder(head()).append("\"choices\":[");
        for (int i = 0; i < choices.size(); i++) {
            json.append(i == 0 ? "" : ",").append(choice(i, String.join("", choices.get(i)), finish()));
        }
        json.append(']');
        if (!directives.is("usage", "omit")) {
            json.append(",\"usage\":").append(directives.is("usage", "null") ? "null" : usage());
        }
        return utf8(json.append("}\n").toString());
    }

    @Override
    public List<byte[]> events() {
        List<byte[]> events = new ArrayList<>();
        boolean reports = body.path("stream_options").path("include_usage").asBoolean(false);
        String none = reports ? ",\"usage\":null}" : "}";
        for (int i = 0; i < choices.size(); i++) {
            for (String piece : choices.get(i)) {
                events.add(event(head() + "\"choices\":[" + choice(i, piece, "null") + "]" + none));
            }
            events.add(event(head() + "\"choices\":[" + choice(i, "", finish()) + "]" + none));
        }
        if (reports && !directives.is("usage", "omit")) {
            events.add(event(head() + "\"choices\":[],\"usage\":" + usage() + "}"));
        }
        if (!directives.is("done", "omit")) {
            events.add(event("[DONE]"));
        }
        return events;
    }

    private String head() {
        return HEAD + quoted(ChatCall.plain(body.path("model").asString(""))) + ",";
    }

    private static String choice(int index, String text, String finish) {
        return "{\"text\":" + quoted(text) + ",\"index\":" + index + ",\"logprobs\":null,\"finish_reason\":" + finish
                + "}";
    }

    private String finish() {
        return capped ? "\"length\"" : "\"stop\"";
    }

    private String usage() {
        boolean zero = directives.is("usage", "zero");
        long prompt = zero ? 0 : Prompts.tokens(prompts);
        long completion = zero ? 0 : completionTokens;
        return "{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + completion + ",\"total_tokens\":"
                + (prompt + completion) + "}";
    }

    private static byte[] event(String data) {
        return utf8("data: " + data + "\n\n");
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
