package tollgate.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;
import tollgate.http.RequestHead;
import tollgate.http.ServerExchange;

/**
 * Lets browsers read our answers (WHATWG Fetch §3.2). Any origin may ask: what an exchange needs is a key, and no cookie
 * is ever looked at. Stateless.
 */
final class Cors {
    private static final String EXPOSED = "X-Usage-Cost, X-Total-Tokens, X-Model, X-Request-Type, X-Usage-Units,"
            + " X-Wallet-Balance, X-Tollgate-Request-Id, X-Usage-Estimated, X-Tollgate-Clamped, X-Request-Id, request-id,"
            + " Retry-After, retry-after-ms, x-should-retry, x-ratelimit-limit-requests, x-ratelimit-remaining-requests,"
            + " x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens,"
            + " x-ratelimit-reset-tokens, anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining,"
            + " anthropic-ratelimit-requests-reset, anthropic-ratelimit-tokens-limit,"
            + " anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset";

    private Cors() {}

    static boolean isPreflight(RequestHead head) {
        return head.method().equals(HttpMethod.OPTIONS)
                && head.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    /** Answers a preflight. */
    static void preflight(ServerExchange exchange) {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS");
        String asked = exchange.head().headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        if (asked != null) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, asked);
            headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        }
        headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
        exchange.simple(204, headers, Unpooled.EMPTY_BUFFER);
    }

    /** Adds what a browser needs to read an answer. */
    static void allow(HttpHeaders answer, @Nullable String origin) {
        if (origin != null) {
            answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            answer.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}
