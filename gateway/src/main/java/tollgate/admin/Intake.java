package tollgate.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.HttpMediaType;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Takes a request of the control plane apart, and refuses what is not as described. Stateless; blocks. */
final class Intake {
    private static final int MOST_BODY = 64 << 10;

    private Intake() {}

    /** What a request for a route asks, sent by somebody. */
    static Asked asked(Route route, ServerRequest request, String actor) {
        String body = body(request);
        return new Asked(
                request.path().pathParameters().first("id").orElse(""),
                queries(request, route.queries()),
                body,
                actor,
                null);
    }

    /** The one field of a name in the head, if there is one. */
    static Optional<String> header(ServerRequest request, String name) {
        ServerRequestHeaders headers = request.headers();
        List<String> values = headers.all(HeaderNames.create(name), List::of);
        if (values.size() > 1) {
            throw Problem.invalid(name + ": given " + values.size() + " times (expected: once)");
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    private static Map<String, String> queries(ServerRequest request, List<String> known) {
        Map<String, String> queries = new HashMap<>();
        for (String name : request.query().names()) {
            if (!known.contains(name)) {
                throw Problem.unknown(name, known);
            }
            List<String> values = request.query().all(name);
            if (values.size() > 1) {
                throw Problem.invalid(name + ": given " + values.size() + " times (expected: once)");
            }
            String value = values.isEmpty() ? "" : values.getFirst();
            if (!value.codePoints().allMatch(Shown::isText)) {
                throw Problem.invalid(name + ": '" + Shown.text(value) + "' (expected: no control characters)");
            }
            queries.put(name, value);
        }
        return queries;
    }

    private static String body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return "";
        }
        byte[] body;
        try (InputStream in = request.content().inputStream()) {
            body = in.readNBytes(MOST_BODY + 1);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
        if (body.length > MOST_BODY) {
            throw new Problem(413, "too_large", "the body is larger than " + MOST_BODY + " bytes");
        }
        if (body.length > 0) {
            header(request, "Content-Type").ifPresent(Intake::json);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException broken) {
            throw Problem.invalid("the body is not UTF-8");
        }
    }

    /** JSON is UTF-8 (RFC 8259 §8.1); whoever names no type means it. */
    private static void json(String type) {
        Problem other = new Problem(
                415, "unsupported_media_type", "Content-Type: '" + Shown.text(type) + "' (expected: application/json)");
        try {
            HttpMediaType given = HttpMediaType.create(type);
            String charset = given.charset().orElse("utf-8").toLowerCase(Locale.ROOT);
            if (!given.mediaType().text().equalsIgnoreCase("application/json") || !charset.equals("utf-8")) {
                throw other;
            }
        } catch (IllegalArgumentException broken) {
            throw other;
        }
    }
}
