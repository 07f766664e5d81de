package tollgate.config;

/** The configuration cannot be used; the message says where, what was found and what was expected. */
public final class InvalidConfig extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidConfig(String message) {
        super(message);
    }
}
