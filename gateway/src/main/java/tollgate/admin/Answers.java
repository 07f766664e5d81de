package tollgate.admin;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.lettuce.core.RedisException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** How answers leave the control plane: JSON, and whatever goes wrong as a problem (RFC 9457). Stateless. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String PROBLEM = "application/problem+json";

    private Answers() {}

    static void json(ServerResponse response, int status, String json) {
        text(response, status, "application/json", json);
    }

    static void csv(ServerResponse response, int status, String csv) {
        text(response, status, "text/csv; charset=utf-8; header=present", csv);
    }

    private static void text(ServerResponse response, int status, String type, String text) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, type);
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(text);
    }

    /** What the routes throw, as problems. */
    static void errors(HttpRouting.Builder routes) {
        routes.error(Problem.class, (request, response, problem) -> problem(response, problem))
                .error(RequestException.class, (request, response, refused) -> problem(response, refusal(refused)))
                .error(HttpException.class, (request, response, refused) -> problem(response, refusal(refused)))
                .error(RedisException.class, (request, response, away) -> {
                    LOG.warn("control plane: Redis is away", away);
                    problem(response, new Problem(503, "unavailable", "Redis cannot be asked right now"));
                })
                .error(RuntimeException.class, (request, response, bug) -> {
                    LOG.error("control plane: {} failed", line(request), bug);
                    problem(response, internal());
                });
    }

    /** What the server refuses before any route has it: what is not HTTP, or too large. */
    static DirectHandlers direct() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, Answers::direct);
        }
        return handlers.build();
    }

    private static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, PROBLEM)
                .keepAlive(type.keepAlive())
                .entity(MAPPER.writeValueAsBytes(refusal(status.code()).json()))
                .build();
    }

    private static Problem refusal(RequestException refused) {
        return refusal(refused.status().code());
    }

    private static Problem refusal(HttpException refused) {
        return refusal(refused.status().code());
    }

    private static Problem refusal(int status) {
        return switch (status) {
            case 400 -> Problem.invalid("not a request of HTTP/1.1, or a head that is too large");
            case 404 -> Problem.notFound("such path");
            case 408 -> new Problem(408, "timeout", "the request did not arrive in time");
            case 413 -> new Problem(413, "too_large", "the body is too large");
            case 414 -> new Problem(414, "too_large", "the request line is too long");
            case 431 -> new Problem(431, "too_large", "the head is too large");
            case 500 -> internal();
            default -> new Problem(status, "refused", Status.create(status).reasonPhrase());
        };
    }

    private static Problem internal() {
        return new Problem(500, "internal", "this failed; the log says why");
    }

    private static void problem(ServerResponse response, Problem problem) {
        response.status(problem.status());
        response.header(HeaderNames.CONTENT_TYPE, PROBLEM);
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        problem.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        response.send(MAPPER.writeValueAsBytes(problem.json()));
    }

    private static String line(ServerRequest request) {
        return Shown.text(
                request.prologue().method().text() + " " + request.path().path());
    }
}
