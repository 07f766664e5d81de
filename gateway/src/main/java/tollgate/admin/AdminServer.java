package tollgate.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.books.Verification;
import tollgate.identity.ApiKey;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tools.jackson.databind.json.JsonMapper;

/** The control plane's API over HTTP, described by {@code /admin/v1/openapi.json}. Thread-safe. */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int MOST_BODY = 64 << 10;

    private final WebServer server;
    private final List<String> keys;
    private final Once once;

    private AdminServer(
            InetSocketAddress address,
            List<String> keys,
            AdminApi api,
            Once once,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady) {
        this.keys = List.copyOf(keys);
        this.once = once;
        this.server = WebServer.builder()
                .host(address.getHostString())
                .port(address.getPort())
                .shutdownHook(false)
                .routing(routes -> routes(routes, api, metrics, notReady))
                .build()
                .start();
    }

    /**
     * Starts listening.
     *
     * @param keys the keys that may do everything
     */
    public static AdminServer start(
            InetSocketAddress address,
            List<String> keys,
            Office office,
            Records records,
            ControlPort control,
            Verification verification,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady,
            Clock clock) {
        AdminApi api = new AdminApi(office, records, control, verification);
        return new AdminServer(address, keys, api, new Once(records, clock), metrics, notReady);
    }

    /** The port it is bound to. */
    public int port() {
        return server.port();
    }

    private void routes(
            HttpRouting.Builder routes, AdminApi api, Supplier<String> metrics, Supplier<@Nullable String> notReady) {
        String description = description();
        routes.get("/healthz", (request, response) -> response.send("ok"))
                .get("/readyz", (request, response) -> ready(response, notReady.get()))
                .get(
                        "/metrics",
                        (request, response) -> response.header(
                                        HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                                .send(metrics.get()))
                .get("/admin/v1/openapi.json", (request, response) -> send(response, 200, description))
                .any("/admin/*", this::identify);
        for (Route route : api.routes()) {
            routes.route(
                    Method.create(route.method()),
                    route.path(),
                    (request, response) -> serve(route, request, response));
        }
        routes.any("/admin/*", (request, response) -> {
            throw Problem.notFound(
                    request.prologue().method().text() + " " + request.path().path());
        });
        routes.error(Problem.class, (request, response, problem) -> problem(response, problem))
                .error(RedisException.class, (request, response, away) -> {
                    LOG.warn("control plane: Redis is away", away);
                    problem(response, new Problem(503, "unavailable", "Redis cannot be asked right now"));
                })
                .error(RuntimeException.class, (request, response, bug) -> {
                    LOG.error(
                            "control plane: {} {} failed",
                            request.prologue().method(),
                            request.path().path(),
                            bug);
                    problem(response, new Problem(500, "internal", "this failed; the log says why"));
                });
    }

    private void serve(Route route, ServerRequest request, ServerResponse response) {
        String body = body(request);
        Asked asked = new Asked(request.path().pathParameters().first("id").orElse(""), queries(request), body);
        Optional<String> key = request.headers().first(HeaderNames.create("Idempotency-Key"));
        String answer = route.method().equals("POST") && key.isPresent()
                ? once.answer(
                        secret(request),
                        key.get(),
                        route.method() + " " + request.path().path() + "\n" + body,
                        () -> route.work().apply(asked))
                : MAPPER.writeValueAsString(route.work().apply(asked));
        send(response, route.status(), answer);
    }

    private static Map<String, String> queries(ServerRequest request) {
        Map<String, String> queries = new HashMap<>();
        for (String name : request.query().names()) {
            queries.put(name, request.query().get(name));
        }
        return queries;
    }

    private static String body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return "";
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(MOST_BODY + 1);
            if (body.length > MOST_BODY) {
                throw new Problem(413, "too_large", "the body is larger than " + MOST_BODY + " bytes");
            }
            return new String(body, StandardCharsets.UTF_8);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static void ready(ServerResponse response, @Nullable String why) {
        if (why != null) {
            response.status(Status.SERVICE_UNAVAILABLE_503);
        }
        response.send(why == null ? "ready" : why);
    }

    private void identify(ServerRequest request, ServerResponse response) {
        String secret = secret(request);
        boolean good = false;
        for (String key : keys) {
            good |= !secret.isEmpty() && ApiKey.same(key, secret);
        }
        if (!good) {
            throw new Problem(401, "unauthorized", "no valid admin key was given: send one as Authorization: Bearer");
        }
        response.next();
    }

    private static String secret(ServerRequest request) {
        String given = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        return given.startsWith("Bearer ") ? given.substring("Bearer ".length()).strip() : "";
    }

    private static String description() {
        try (InputStream in =
                Objects.requireNonNull(AdminServer.class.getResourceAsStream("openapi.json"), "openapi.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static void send(ServerResponse response, int status, String json) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(json);
    }

    private static void problem(ServerResponse response, Problem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "urn:tollgate:" + problem.type());
        json.put("title", String.valueOf(problem.getMessage()));
        json.put("status", problem.status());
        response.status(problem.status());
        response.header(HeaderNames.CONTENT_TYPE, "application/problem+json");
        response.send(MAPPER.writeValueAsString(json));
    }

    /** Stops listening. */
    @Override
    public void close() {
        server.stop();
    }
}
