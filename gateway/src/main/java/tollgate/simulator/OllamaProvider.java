package tollgate.simulator;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Ollama, asked at one path.
 *
 * @param path {@code /api/chat}, {@code /api/generate} or {@code /api/embed}
 */
record OllamaProvider(String path) implements Provider {
    @Override
    public HttpHeaders headers(String contentType) {
        return new DefaultHttpHeaders().set(HttpHeaderNames.CONTENT_TYPE, contentType + "; charset=utf-8");
    }

    @Override
    public boolean hasKey(HttpHeaders asked) {
        return true;
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        return body.path("model").isString() ? null : "model is required";
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        return ChatAnswer.isTooLarge(
                body.path("stream").asBoolean(true),
                body.path("options").path("num_predict").asLong(-1),
                1,
                directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        return new Lines(path, body, directives);
    }

    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("error", message)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** One answer. */
    private record Lines(String path, JsonNode body, Directives directives) implements Answer {
        @Override
        public boolean stream() {
            return !path.equals("/api/embed") && body.path("stream").asBoolean(true);
        }

        @Override
        public String streamType() {
            return "application/x-ndjson";
        }

        @Override
        public byte[] document() {
            return utf8(path.equals("/api/embed") ? vectors() : line(String.join("", pieces()), true));
        }

        @Override
        public List<byte[]> events() {
            List<byte[]> lines = new ArrayList<>();
            List<String> pieces = pieces();
            for (int i = 0; i < pieces.size(); i++) {
                if (directives.is("error", "mid") && i == pieces.size() / 2) {
                    lines.add(utf8("{\"error\":\"The sandbox was told to fail.\"}\n"));
                    return lines;
                }
                lines.add(utf8(line(pieces.get(i), false)));
            }
            lines.add(utf8(line("", true)));
            return lines;
        }

        private List<String> pieces() {
            long tokens = directives.number("tokens", -1);
            long most = body.path("options").path("num_predict").asLong(-1);
            List<String> wanted =
                    tokens >= 0 ? Collections.nCopies((int) tokens, " tok") : Tokens.split("You said: " + last());
            return most >= 0 && wanted.size() > most ? wanted.subList(0, (int) most) : wanted;
        }

        private String last() {
            JsonNode messages = body.path("messages");
            return path.equals("/api/chat")
                    ? messages.path(messages.size() - 1).path("content").asString("")
                    : body.path("prompt").asString("");
        }

        private String line(String text, boolean last) {
            ObjectNode line = JsonMapper.shared()
                    .createObjectNode()
                    .put("model", ChatCall.plain(body.path("model").asString("")))
                    .put("created_at", "2026-11-25T00:00:00.000000Z");
            if (path.equals("/api/chat")) {
                line.putObject("message").put("role", "assistant").put("content", text);
            } else {
                line.put("response", text);
            }
            line.put("done", last);
            if (last) {
                line.put("done_reason", "stop");
                if (path.equals("/api/generate")) {
                    line.putArray("context").add(1).add(2).add(3);
                }
                line.put("total_duration", 5_000_000L).put("load_duration", 1_000_000L);
                if (!directives.is("usage", "omit")) {
                    line.put("prompt_eval_count", Tokens.count(last()) + 3).put("prompt_eval_duration", 1_000_000L);
                    line.put("eval_count", pieces().size()).put("eval_duration", 3_000_000L);
                }
            }
            return line + "\n";
        }

        private String vectors() {
            ObjectNode answer = JsonMapper.shared()
                    .createObjectNode()
                    .put("model", ChatCall.plain(body.path("model").asString("")));
            ArrayNode vectors = answer.putArray("embeddings");
            List<Prompts.Prompt> prompts = Prompts.of(body.path("input"));
            prompts.forEach(each -> vectors.addArray().add(0.25).add(0.5));
            answer.put("total_duration", 5_000_000L).put("load_duration", 1_000_000L);
            return answer.put("prompt_eval_count", Prompts.tokens(prompts)).toString();
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
