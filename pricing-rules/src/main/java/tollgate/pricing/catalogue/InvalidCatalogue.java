package tollgate.pricing.catalogue;

/** A catalogue cannot be read. The message names the file and the line, what was found and what was expected. */
public final class InvalidCatalogue extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidCatalogue(String message) {
        super(message);
    }

    InvalidCatalogue(String message, Throwable cause) {
        super(message, cause);
    }
}
