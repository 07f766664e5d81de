package tollgate.admin;

/** A request of the control plane that cannot be done (RFC 9457). */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;

    Problem(int status, String type, String message) {
        super(message);
        this.status = status;
        this.type = type;
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    static Problem notFound(String what) {
        return new Problem(404, "not_found", "no " + what);
    }

    static Problem invalid(String message) {
        return new Problem(400, "invalid_request", message);
    }
}
