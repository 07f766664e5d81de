package tollgate.simulator;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's Messages, or the counting of their tokens. */
final class AnthropicProvider implements Provider {
    static final String REQUEST_ID = "req_sandbox";

    private final boolean counting;

    AnthropicProvider(boolean counting) {
        this.counting = counting;
    }

    /** As it was recorded, an answer advises when to try again although it succeeded. */
    @Override
    public HttpHeaders headers(String contentType) {
        return new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set("request-id", REQUEST_ID)
                .set("anthropic-organization-id", "sandbox")
                .set("anthropic-ratelimit-requests-remaining", "9999")
                .set("anthropic-ratelimit-input-tokens-limit", "10000000")
                .set(HttpHeaderNames.RETRY_AFTER, "15");
    }

    @Override
    public boolean hasKey(HttpHeaders asked) {
        return !asked.get("x-api-key", "").isBlank();
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        if (!asked.contains("anthropic-version")) {
            return "anthropic-version: header is required";
        }
        if (!body.path("messages").isArray() || body.path("messages").isEmpty()) {
            return "messages: at least one message is required";
        }
        return counting || body.path("max_tokens").isIntegralNumber() ? null : "max_tokens: Field required";
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        MessageCall call = MessageCall.of(body);
        return ChatAnswer.isTooLarge(call.stream(), call.ceiling(), 1, directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        MessageCall call = MessageCall.of(body);
        return counting ? new Count(call.promptTokens()) : new MessageAnswer(call, directives);
    }

    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return error(code == null ? usualType(status) : code, message).getBytes(StandardCharsets.UTF_8);
    }

    static String error(String type, String message) {
        ObjectNode error = JsonMapper.shared().createObjectNode().put("type", "error");
        error.putObject("error").put("type", type).put("message", message);
        return error.put("request_id", REQUEST_ID).toString();
    }

    private static String usualType(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
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
            return ("{\"input_tokens\":" + tokens + "}").getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public List<byte[]> events() {
            return List.of();
        }
    }
}
