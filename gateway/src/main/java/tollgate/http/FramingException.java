package tollgate.http;

/** Bytes that two parties could frame differently, or that are no HTTP at all; nothing after them can be trusted. */
final class FramingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    FramingException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    FramingException(String message) {
        this(400, message);
    }

    /** What a client is answered with. */
    int status() {
        return status;
    }
}
