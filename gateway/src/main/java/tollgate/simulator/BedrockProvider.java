package tollgate.simulator;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.http.RequestHead;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Amazon Bedrock, asked at one path.
 *
 * @param model as the path names it, decoded, directives and all
 * @param operation what is asked for: {@code converse} …
 */
record BedrockProvider(String model, String operation) implements Provider {
    private static final Pattern PATH = Pattern.compile("/model/([^/]+)/([a-z-]+)");

    /** The one that a request addresses; null: none. */
    static @Nullable BedrockProvider at(RequestHead head) {
        Matcher path = PATH.matcher(head.path());
        return head.method().equals(HttpMethod.POST) && path.matches()
                ? new BedrockProvider(URLDecoder.decode(path.group(1), StandardCharsets.UTF_8), path.group(2))
                : null;
    }

    boolean streams() {
        return operation.endsWith("-stream");
    }

    boolean isNative() {
        return operation.startsWith("invoke");
    }

    boolean embeds() {
        return model.contains("embed");
    }

    boolean nova() {
        return model.contains("amazon.nova");
    }

    private boolean messages() {
        return isNative() && model.contains("anthropic.");
    }

    /** A piece of an answer in the model's own language. */
    ObjectNode piece(String text) {
        ObjectNode piece = JsonMapper.shared().createObjectNode();
        if (nova()) {
            piece.putObject("contentBlockDelta").putObject("delta").put("text", text);
        } else if (model.contains("meta.")) {
            piece.put("generation", text);
        } else if (model.contains("amazon.titan")) {
            piece.put("outputText", text);
        } else if (model.contains("cohere.")) {
            piece.put("text", text);
        } else if (model.contains("mistral.")) {
            piece.putArray("outputs").addObject().put("text", text);
        } else {
            piece.putArray("choices").addObject().putObject("message").put("content", text);
        }
        return piece;
    }

    @Override
    public HttpHeaders headers(String contentType) {
        return new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set("x-amzn-requestid", "00000000-0000-0000-0000-000000000000");
    }

    @Override
    public void mark(HttpHeaders headers, int status, @Nullable String code) {
        String type = code == null ? usualType(status) : code;
        headers.set("x-amzn-errortype", type + ":http://internal.amazon.com/coral/com.amazon.bedrock/");
    }

    @Override
    public boolean hasKey(HttpHeaders asked) {
        String shown = asked.get(HttpHeaderNames.AUTHORIZATION, "");
        return shown.startsWith("Bearer ") || shown.startsWith("AWS4-HMAC-SHA256 ");
    }

    @Override
    public String model(JsonNode body) {
        return model;
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        if (!List.of("converse", "converse-stream", "invoke", "invoke-with-response-stream", "count-tokens")
                .contains(operation)) {
            return "no such operation";
        }
        if (messages() && !body.path("anthropic_version").isString()) {
            return "anthropic_version: Field required";
        }
        return operation.startsWith("converse") && body.path("messages").isEmpty()
                ? "The messages field is required."
                : null;
    }

    private BedrockCall call(JsonNode body) {
        return isNative() && !nova() ? BedrockCall.of(body) : BedrockCall.conversation(body);
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        return ChatAnswer.isTooLarge(streams(), call(body).ceiling(), 1, directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        if (operation.equals("count-tokens")) {
            return new Count(BedrockCall.conversation(body.path("input").path("converse"))
                    .promptTokens());
        }
        if (messages()) {
            ObjectNode asked =
                    ((ObjectNode) body).put("model", ChatCall.plain(model)).put("stream", streams());
            MessageCall call = MessageCall.of(asked);
            return new BedrockMessages(new MessageAnswer(call, directives), call);
        }
        return new BedrockAnswer(this, call(body), directives);
    }

    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("message", message)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String usualType(int status) {
        return switch (status) {
            case 401, 403 -> "AccessDeniedException";
            case 404 -> "ResourceNotFoundException";
            case 429 -> "ThrottlingException";
            case 503 -> "ServiceUnavailableException";
            default -> status >= 500 ? "InternalServerException" : "ValidationException";
        };
    }

    /** How many tokens a prompt has. */
    private record Count(long tokens) implements Answer {
        @Override
        public boolean stream() {
            return false;
        }

        @Override
        public byte[] document() {
            return ("{\"inputTokens\":" + tokens + "}").getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public List<byte[]> events() {
            return List.of();
        }
    }
}
