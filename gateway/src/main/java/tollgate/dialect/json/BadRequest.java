package tollgate.dialect.json;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.RequestReading;

/** Leaves the reading of a request at the first fault; never leaves a dialect. */
public final class BadRequest extends RuntimeException {
    private final transient RequestReading.Refused refused;

    /** One with a stable name of the reason, the field at fault and what to do. */
    public BadRequest(String code, @Nullable String param, String message) {
        super(message, null, false, false);
        refused = new RequestReading.Refused(400, code, param, message);
    }

    /** A field of the wrong type or range. */
    public static BadRequest value(String param, String found, String expected) {
        return new BadRequest("invalid_value", param, param + ": " + found + " (expected: " + expected + ")");
    }

    /** A field that bills in a way we have no price for. */
    public static BadRequest notPriced(String param) {
        return new BadRequest(
                "unsupported_parameter", param, param + ": has no price here yet (expected: absent); remove it");
    }

    /** What makes the provider read something that is not in the request. */
    public static BadRequest unbounded(String param) {
        return new BadRequest(
                "unbounded_input",
                param,
                param + ": what it makes the model read cannot be bounded beforehand (expected: absent); remove it");
    }

    /** A name that stands twice in an object: readers disagree on which one counts. */
    public static BadRequest repeated(String param) {
        return new BadRequest("repeated_parameter", param, param + ": given twice (expected: once)");
    }

    /** What to answer. */
    public RequestReading.Refused refused() {
        return refused;
    }
}
