package tollgate.simulator;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.http.RequestHead;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Google's Gemini API, asked at one path.
 *
 * @param model as the path names it, directives and all
 * @param method what is asked for: {@code generateContent} …
 * @param events a stream is wanted as events, not as an array
 */
record GeminiProvider(String model, String method, boolean events) implements Provider {
    private static final Pattern PATH = Pattern.compile("/v1(?:beta)?/models/([^/:]+):(\\w+)");

    /** The one that a request addresses; null: none. */
    static @Nullable GeminiProvider at(RequestHead head) {
        Matcher path = PATH.matcher(head.path());
        if (!head.method().equals(HttpMethod.POST) || !path.matches()) {
            return null;
        }
        String query = head.query();
        boolean events = query != null && Arrays.asList(query.split("&", -1)).contains("alt=sse");
        return new GeminiProvider(path.group(1), path.group(2), events);
    }

    @Override
    public HttpHeaders headers(String contentType) {
        return new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType + "; charset=UTF-8")
                .set("server-timing", "gfet4t7; dur=1")
                .set("x-gemini-service-tier", "standard");
    }

    @Override
    public boolean hasKey(HttpHeaders asked) {
        return !asked.get("x-goog-api-key", "").isBlank();
    }

    @Override
    public String model(JsonNode body) {
        return model;
    }

    @Override
    public @Nullable String fault(HttpHeaders asked, JsonNode body) {
        return switch (method) {
            case "generateContent", "streamGenerateContent" ->
                body.path("contents").isEmpty() ? "* GenerateContentRequest.contents: contents is not specified" : null;
            case "embedContent" -> body.has("content") ? null : "content is not specified";
            case "batchEmbedContents" -> body.path("requests").isEmpty() ? "requests is empty" : null;
            case "countTokens" -> null;
            default -> "no such method";
        };
    }

    @Override
    public boolean isTooLarge(JsonNode body, Directives directives) {
        GeminiCall call = GeminiCall.of(model, body);
        boolean stream = method.equals("streamGenerateContent");
        return ChatAnswer.isTooLarge(stream, call.ceiling(), call.candidates(), directives);
    }

    @Override
    public Answer answer(JsonNode body, Directives directives) {
        GeminiCall call = GeminiCall.of(model, body);
        return switch (method) {
            case "generateContent" -> new GeminiAnswer(call, directives, GeminiAnswer.Form.WHOLE);
            case "streamGenerateContent" ->
                new GeminiAnswer(call, directives, events ? GeminiAnswer.Form.EVENTS : GeminiAnswer.Form.ARRAY);
            case "countTokens" -> new GeminiVectors(body, GeminiVectors.Kind.COUNT, directives);
            case "embedContent" -> new GeminiVectors(body, GeminiVectors.Kind.ONE, directives);
            default -> new GeminiVectors(body, GeminiVectors.Kind.SEVERAL, directives);
        };
    }

    /** Google tells a key that it does not know as an invalid request. */
    @Override
    public byte[] error(int status, @Nullable String code, String message) {
        return error(status, code == null ? usualStatus(status) : code, message, "sandbox")
                .getBytes(StandardCharsets.UTF_8);
    }

    static String error(int status, String name, String message, String reason) {
        ObjectNode error = JsonMapper.shared().createObjectNode();
        ObjectNode inner = error.putObject("error");
        inner.put("code", status).put("message", message).put("status", name);
        inner.putArray("details")
                .addObject()
                .put("@type", "type.googleapis.com/google.rpc.ErrorInfo")
                .put("reason", reason);
        return error.toString();
    }

    private static String usualStatus(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
        };
    }
}
