package tollgate.simulator;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** OpenAI, at one kind of work. */
final class OpenAiProvider implements Provider {
    private final OpenAiWork work;

    OpenAiProvider(OpenAiWork work) {
        this.work = work;
    }

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
        // the second is Azure's
        return (auth.startsWith("Bearer ") && auth.length() > 7) || asked.contains("api-key");
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        return work.fault(body);
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        return work.isTooLarge(body, directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        return work.answer(body, directives);
    }

    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return SandboxError.body(status, code == null ? SandboxError.usualCode(status) : code, message);
    }
}
