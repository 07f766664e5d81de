package tollgate.pricing;

/** A rate card file cannot be used. The message names the file and the line, what was found and what was expected. */
public final class InvalidRateCard extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidRateCard(String message) {
        super(message);
    }

    InvalidRateCard(String message, Throwable cause) {
        super(message, cause);
    }
}
