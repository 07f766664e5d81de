package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.RequestReading;

/** Leaves the reading of a request at the first fault; never leaves this package. */
final class BadRequest extends RuntimeException {
    private final transient RequestReading.Refused refused;

    BadRequest(String code, @Nullable String param, String message) {
        super(message, null, false, false);
        refused = new RequestReading.Refused(400, code, param, message);
    }

    /** A field of the wrong type or range. */
    static BadRequest value(String param, String found, String expected) {
        return new BadRequest("invalid_value", param, param + ": " + found + " (expected: " + expected + ")");
    }

    /** A field that bills in a way we have no price for. */
    static BadRequest notPriced(String param) {
        return new BadRequest(
                "unsupported_parameter", param, param + ": has no price here yet (expected: absent); remove it");
    }

    /** A name that stands twice in an object: readers disagree on which one counts. */
    static BadRequest repeated(String param) {
        return new BadRequest("repeated_parameter", param, param + ": given twice (expected: once)");
    }

    RequestReading.Refused refused() {
        return refused;
    }
}
