package tollgate.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.account.Account;
import tollgate.account.AccountAnswer;
import tollgate.dialect.Dialect;
import tollgate.dialect.Refusal;
import tollgate.http.RequestHead;
import tollgate.http.ServerExchange;
import tollgate.identity.Credentials;
import tollgate.identity.KeyIdentity;
import tollgate.identity.KeyLookup;

/** What the gateway answers itself: whether it lives and serves, and what a key holder may ask. Thread-safe. */
public final class OwnPaths {
    private static final Logger LOG = LoggerFactory.getLogger(OwnPaths.class);

    private final Account account;
    private final Executor workers;
    private final Supplier<@Nullable String> notReady;

    /**
     * Answers with these.
     *
     * @param account answers key holders; may block
     * @param workers runs what may block
     * @param notReady why the gateway is not ready; null where it is
     */
    public OwnPaths(Account account, Executor workers, Supplier<@Nullable String> notReady) {
        this.account = account;
        this.workers = workers;
        this.notReady = notReady;
    }

    /** Whether a balancer asks so how we are: no flood of others may tell it that we are gone. */
    static boolean probes(String path) {
        return path.equals("/healthz") || path.equals("/readyz");
    }

    /** Answers, now or later, if the path is one of ours. */
    boolean answer(ProxyContext context, ServerExchange server, Dialect dialect) {
        RequestHead head = server.head();
        if (!head.method().equals(HttpMethod.GET) && !head.method().equals(HttpMethod.HEAD)) {
            return false;
        }
        switch (head.path()) {
            case "/healthz" -> send(server, 200, "{\"status\":\"ok\"}");
            case "/readyz" -> ready(server);
            default -> {
                if (Account.answers(head.path())) {
                    ask(context, server, dialect, key -> told(account.answer(key, head.path())));
                } else if (new Models(context, dialect).answers(head.path())) {
                    ask(context, server, dialect, key -> new Models(context, dialect).answer(key, head.path()));
                } else {
                    return false;
                }
            }
        }
        return true;
    }

    private void ready(ServerExchange server) {
        String why = notReady.get();
        if (why == null) {
            send(server, 200, "{\"status\":\"ready\"}");
        } else {
            send(
                    server,
                    503,
                    "{\"status\":\"not ready\",\"reason\":\"" + why.replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}");
        }
    }

    private void ask(
            ProxyContext context, ServerExchange server, Dialect dialect, Function<KeyIdentity, OwnAnswer> answer) {
        switch (Credentials.of(server.head().headers()::getAll, server.head().query())) {
            case Credentials.Missing() -> refuse(server, dialect, Refusals.key());
            case Credentials.Ambiguous() -> refuse(server, dialect, Refusals.twoKeys());
            case Credentials.Found(String secret) ->
                context.keys()
                        .lookup(secret, Intake.address(server))
                        .thenAcceptAsync(found -> asked(server, dialect, found, answer), workers)
                        .exceptionally(away -> {
                            LOG.warn("a key holder's question could not be answered", away);
                            onLoop(server, () -> refuse(server, dialect, Refusals.keySourceAway()));
                            return null;
                        });
        }
    }

    /** On a worker. */
    private static void asked(
            ServerExchange server, Dialect dialect, KeyLookup found, Function<KeyIdentity, OwnAnswer> answer) {
        switch (found) {
            case KeyLookup.Known(KeyIdentity key) -> {
                OwnAnswer said = answer.apply(key);
                onLoop(server, () -> answered(server, dialect, said));
            }
            case KeyLookup.Unknown() -> onLoop(server, () -> refuse(server, dialect, Refusals.key()));
            case KeyLookup.TooMany() -> onLoop(server, () -> refuse(server, dialect, Refusals.tooManyUnknownKeys()));
        }
    }

    private static OwnAnswer told(AccountAnswer answer) {
        return switch (answer) {
            case AccountAnswer.Found(String json) -> new OwnAnswer.Json(json);
            case AccountAnswer.NotFound(String what) -> new OwnAnswer.No(new Refusal(404, "not_found", null, what));
            case AccountAnswer.Unavailable(String why) -> new OwnAnswer.No(new Refusal(503, "unavailable", null, why));
        };
    }

    private static void answered(ServerExchange server, Dialect dialect, OwnAnswer answer) {
        switch (answer) {
            case OwnAnswer.Json(String text) -> send(server, 200, text);
            case OwnAnswer.No(Refusal refusal) -> refuse(server, dialect, refusal);
        }
    }

    private static void onLoop(ServerExchange server, Runnable task) {
        server.loop().execute(task);
    }

    private static void refuse(ServerExchange server, Dialect dialect, Refusal refusal) {
        Refuser.send(server, dialect, null, refusal, headers -> {});
    }

    private static void send(ServerExchange server, int status, String json) {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        Cors.allow(headers, server.head().headers().get(HttpHeaderNames.ORIGIN));
        server.simple(status, headers, Unpooled.wrappedBuffer(json.getBytes(StandardCharsets.UTF_8)));
    }
}
