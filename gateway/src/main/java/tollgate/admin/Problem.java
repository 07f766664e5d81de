package tollgate.admin;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.NearestName;

/** A request of the control plane that cannot be done (RFC 9457). */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final transient Map<String, String> headers;

    Problem(int status, String type, String message) {
        this(status, type, message, Map.of());
    }

    private Problem(int status, String type, String message, Map<String, String> headers) {
        super(message);
        this.status = status;
        this.type = type;
        this.headers = headers;
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    /** What the head of its answer says besides. */
    Map<String, String> headers() {
        return headers;
    }

    /** As JSON. */
    Map<String, Object> json() {
        return Map.of("type", "urn:tollgate:" + type, "title", String.valueOf(getMessage()), "status", status);
    }

    static Problem notFound(String what) {
        return new Problem(404, "not_found", "no " + what);
    }

    static Problem invalid(String message) {
        return new Problem(400, "invalid_request", message);
    }

    /** A name that is not known, where these are. */
    static Problem unknown(String name, Collection<String> known) {
        @Nullable String nearest = NearestName.of(name, known);
        String expected = nearest != null ? nearest : known.isEmpty() ? "nothing" : String.join(", ", known);
        return invalid(Shown.text(name) + ": unknown (expected: " + expected + ")");
    }

    static Problem busy() {
        return new Problem(409, "idempotency_key_busy", "a request with this Idempotency-Key is under way");
    }

    /** A method that a path does not have (RFC 9110 §15.5.6). */
    static Problem methodNotAllowed(String method, String allowed) {
        return new Problem(
                405,
                "method_not_allowed",
                "method: " + Shown.text(method) + " (expected: " + allowed + ")",
                Map.of("Allow", allowed));
    }

    /** Whoever guesses keys is not told whether one is right for a while (RFC 6585 §4). */
    static Problem tooManyWrongKeys() {
        return new Problem(
                429,
                "too_many_wrong_keys",
                "too many wrong admin keys came from this address; try again in a second",
                Map.of("Retry-After", "1"));
    }

    /** Nobody we know (RFC 9110 §15.5.2). */
    static Problem unauthorized() {
        return new Problem(
                401,
                "unauthorized",
                "no valid admin key was given: send one as Authorization: Bearer",
                Map.of("WWW-Authenticate", "Bearer realm=\"tollgate\""));
    }
}
