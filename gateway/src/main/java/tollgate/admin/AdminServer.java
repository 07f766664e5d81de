package tollgate.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.books.Reconciliation;
import tollgate.books.SuspenseDesk;
import tollgate.books.Verification;
import tollgate.identity.AddressLimiter;
import tollgate.identity.ApiKey;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tools.jackson.databind.json.JsonMapper;

/** The control plane's API over HTTP, described by {@code /admin/v1/openapi.json}. Thread-safe. */
public final class AdminServer implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** An address that tried so many is not even compared for the rest of the second. */
    private static final int WRONG_KEYS_EACH_SECOND = 10;

    private static final int ACTOR_DIGITS = 8;

    private final WebServer server;
    private final List<String> keys;
    private final Once once;
    private final AddressLimiter guesses = new AddressLimiter(WRONG_KEYS_EACH_SECOND, Duration.ofSeconds(1));

    private AdminServer(
            InetSocketAddress address,
            List<String> keys,
            AdminApi api,
            Once once,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady,
            Supplier<String> unwell) {
        this.keys = List.copyOf(keys);
        this.once = once;
        this.server = WebServer.builder()
                .host(address.getHostString())
                .port(address.getPort())
                .shutdownHook(false)
                .directHandlers(Answers.direct())
                .routing(routes -> routes(routes, api, metrics, notReady, unwell))
                .build()
                .start();
        if (!server.isRunning()) {
            // the library only logs it
            throw new IllegalStateException("listen.admin: '" + address.getHostString() + ":" + address.getPort()
                    + "' cannot be listened on (expected: a free port of this machine)");
        }
    }

    /**
     * Starts listening.
     *
     * @param keys the keys that may do everything
     * @param unwell what readiness does not depend on, and is told with it
     * @param upstreams how they do
     */
    public static AdminServer start(
            InetSocketAddress address,
            List<String> keys,
            Office office,
            Records records,
            ControlPort control,
            Verification verification,
            Reconciliation reconciliation,
            SuspenseDesk suspense,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady,
            Supplier<String> unwell,
            Supplier<List<Map<String, @Nullable Object>>> upstreams,
            Clock clock) {
        AdminApi api = new AdminApi(
                office,
                new DirectoryRoutes(office.directory(), records),
                office.capDesk(control),
                records,
                control,
                verification,
                reconciliation,
                new SuspenseApi(records, suspense),
                upstreams,
                clock);
        return new AdminServer(address, keys, api, new Once(records, clock), metrics, notReady, unwell);
    }

    /** The port it is bound to. */
    public int port() {
        return server.port();
    }

    private void routes(
            HttpRouting.Builder routes,
            AdminApi api,
            Supplier<String> metrics,
            Supplier<@Nullable String> notReady,
            Supplier<String> unwell) {
        String description = description();
        open(routes, "/healthz", (request, response) -> response.send("ok"));
        open(routes, "/readyz", (request, response) -> ready(response, notReady.get(), unwell.get()));
        open(
                routes,
                "/metrics",
                (request, response) -> response.header(
                                HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .send(metrics.get()));
        open(routes, "/admin/v1/openapi.json", (request, response) -> Answers.json(response, 200, description));
        routes.any("/admin/*", this::identify);
        Map<String, String> methods = new LinkedHashMap<>();
        for (Route route : api.routes()) {
            routes.route(
                    Method.create(route.method()),
                    route.path(),
                    (request, response) -> serve(route, request, response));
            methods.merge(route.path(), route.method(), (some, one) -> some + ", " + one);
        }
        methods.forEach((path, allowed) -> routes.any(path, refused(allowed)));
        routes.any((request, response) -> {
            throw Problem.notFound(Shown.text(
                    request.prologue().method().text() + " " + request.path().path()));
        });
        Answers.errors(routes);
    }

    /** What anybody may get. */
    private static void open(HttpRouting.Builder routes, String path, Handler answer) {
        routes.get(path, answer).any(path, refused("GET"));
    }

    private static Handler refused(String allowed) {
        return (request, response) -> {
            throw Problem.methodNotAllowed(request.prologue().method().text(), allowed);
        };
    }

    private void serve(Route route, ServerRequest request, ServerResponse response) {
        Asked asked = Intake.asked(route, request, actor(secret(request)));
        Optional<String> key =
                route.method().equals("POST") ? Intake.header(request, "Idempotency-Key") : Optional.empty();
        if (key.isPresent()) {
            String answer = once.answer(
                    secret(request),
                    key.get(),
                    fingerprint(route, request, asked),
                    turn -> route.work().apply(asked.at(turn)));
            Answers.json(response, route.status(), answer);
            return;
        }
        Object made = route.work().apply(asked);
        if (made instanceof Csv(String text)) {
            Answers.csv(response, route.status(), text);
        } else {
            Answers.json(response, route.status(), MAPPER.writeValueAsString(made));
        }
    }

    /** All that tells a request from another. */
    private static String fingerprint(Route route, ServerRequest request, Asked asked) {
        return route.method() + " " + request.path().rawPath() + "?"
                + request.query().rawValue() + "\n" + asked.body();
    }

    private static void ready(ServerResponse response, @Nullable String why, String unwell) {
        if (why != null) {
            response.status(Status.SERVICE_UNAVAILABLE_503);
        }
        response.send((why == null ? "ready" : why) + unwell);
    }

    private void identify(ServerRequest request, ServerResponse response) {
        InetAddress from = AddressLimiter.address(request.remotePeer().address());
        if (!guesses.allows(from)) {
            throw Problem.tooManyWrongKeys();
        }
        String secret = secret(request);
        boolean good = false;
        for (String key : keys) {
            good |= !secret.isEmpty() && ApiKey.same(key, secret);
        }
        if (!good) {
            guesses.count(from);
            throw Problem.unauthorized();
        }
        response.next();
    }

    /** What is written of whoever has a key: no part of it, and the same at every gateway and after every restart. */
    private static String actor(String key) {
        return "admin:" + ApiKey.hash(key).substring(0, ACTOR_DIGITS);
    }

    private static String secret(ServerRequest request) {
        String given = Intake.header(request, "Authorization").orElse("");
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

    /** Stops listening. */
    @Override
    public void close() {
        server.stop();
    }
}
