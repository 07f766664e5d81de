package tollgate.simulator;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** OpenAI's Chat Completions. */
final class OpenAiProvider implements Provider {
    @Override
    public HttpHeaders headers(String contentType) {
        return new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set("x-request-id", "req_sandbox")
                .set("openai-organization", "sandbox")
                .set("openai-version", "2020-10-01")
                .set("openai-processing-ms", "1")
                .set("x-ratelimit-remaining-requests", "9999");
    }

    @Override
    public boolean hasKey(HttpHeaders asked) {
        String auth = asked.get(HttpHeaderNames.AUTHORIZATION, "");
        return auth.startsWith("Bearer ") && auth.length() > 7;
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        return body.path("messages").isArray() && !body.path("messages").isEmpty()
                ? null
                : "Invalid 'messages': expected a non-empty array.";
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        ChatCall call = ChatCall.of(body);
        return ChatAnswer.isTooLarge(call.stream(), call.ceiling(), call.choices(), directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        return new ChatAnswer(ChatCall.of(body), directives);
    }

    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return SandboxError.body(status, code == null ? SandboxError.usualCode(status) : code, message);
    }
}
