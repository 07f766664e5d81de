package tollgate.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.Refusal;
import tollgate.http.ServerExchange;

/** Answers with a refusal, in the dialect's own shape, and remembers it. Confined to an event loop. */
final class Refuser {
    private static final long LONGEST_WAIT_S = 60;

    private final ProxyContext context;
    private final AccessLog log;

    Refuser(ProxyContext context, AccessLog log) {
        this.context = context;
        this.log = log;
    }

    /** Refuses what was never held or forwarded. */
    void refuse(ServerExchange server, Dialect dialect, String exchange, @Nullable String key, Refusal refusal) {
        refuse(server, dialect, exchange, key, refusal, headers -> {});
    }

    /** The same with further fields in its head. */
    void refuse(
            ServerExchange server,
            Dialect dialect,
            String exchange,
            @Nullable String key,
            Refusal refusal,
            Consumer<HttpHeaders> more) {
        context.telemetry().count("tollgate_refusals_total", 1, "reason", refusal.code());
        Metered.refused(context.telemetry(), dialect, server.head(), refusal.status());
        context.refusals()
                .add(new RefusalRing.Refused(
                        exchange,
                        key,
                        refusal.status(),
                        refusal.code(),
                        refusal.message(),
                        context.clock().millis()));
        send(server, dialect, exchange, refusal, headers -> {
            headers.set("X-Tollgate-Request-Id", exchange);
            more.accept(headers);
        });
        log.refused(context.clock().instant(), exchange, key, server, refusal);
    }

    /** Sends a refusal with further fields in its head. */
    static void send(
            ServerExchange server,
            Dialect dialect,
            @Nullable String exchange,
            Refusal refusal,
            Consumer<HttpHeaders> more) {
        ErrorBody body = dialect.error(refusal, exchange);
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, body.contentType());
        body.fields().forEach(headers::set);
        retryAdvice(refusal, headers);
        more.accept(headers);
        Cors.allow(headers, server.head().headers().get(HttpHeaderNames.ORIGIN));
        server.simple(refusal.status(), headers, Unpooled.wrappedBuffer(body.bytes()));
    }

    /** Nobody should wait longer than a minute within a request. */
    private static void capAdvice(Refusal refusal, HttpHeaders headers) {
        if (refusal.details().get("retry_after_ms") instanceof Long ms) {
            headers.set("retry-after-ms", ms.toString());
        }
        if (refusal.details().get("retry_after") instanceof Long seconds) {
            headers.set(HttpHeaderNames.RETRY_AFTER, seconds.toString());
            if (seconds <= LONGEST_WAIT_S) {
                return;
            }
        }
        headers.set("x-should-retry", "false");
    }

    /** What client libraries go by when they decide whether to try again. */
    private static void retryAdvice(Refusal refusal, HttpHeaders headers) {
        switch (refusal.code()) {
            case "insufficient_funds", "upstream_credentials", "already_settled", "idempotency_key_reused" ->
                headers.set("x-should-retry", "false");
            case "cap_reached", "rate_limited", "concurrency_limited", Refusals.UPSTREAM_UNAVAILABLE ->
                capAdvice(refusal, headers);
            case "organization_moving" -> headers.set(HttpHeaderNames.RETRY_AFTER, "5");
            case "funds_held", "cap_held" -> {
                headers.set(HttpHeaderNames.RETRY_AFTER, "1");
                headers.set("retry-after-ms", "500");
            }
            default -> {
                if (refusal.status() == 503 || refusal.status() == 429 || refusal.status() == 409) {
                    headers.set(HttpHeaderNames.RETRY_AFTER, "1");
                }
            }
        }
    }
}
