package tollgate.dialect.usage;

/** A usage object that is none, or has a count that cannot be one. The message names the field and what was expected. */
public final class InvalidUsage extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** One with a message. */
    public InvalidUsage(String message) {
        super(message);
    }
}
