package tollgate.dialect;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A no, in no dialect yet.
 *
 * @param status the HTTP status; ours in every dialect
 * @param code a stable name of the reason: {@code insufficient_funds}, {@code funds_held}, {@code model_not_priced} …
 * @param param the request's field at fault, where there is one
 * @param message what happened and what to do, for a person
 * @param details further facts by name ({@code available}, {@code needed}, {@code affordable}): strings for amounts,
 *     integers for counts; written in the order of their names
 */
public record Refusal(int status, String code, @Nullable String param, String message, Map<String, Object> details) {
    /** Checks the status and the kinds of detail. */
    public Refusal {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 400..599)");
        }
        for (Map.Entry<String, Object> detail : details.entrySet()) {
            Object value = detail.getValue();
            if (!(value instanceof String || value instanceof Long || value instanceof Integer)) {
                throw new IllegalArgumentException("details." + detail.getKey() + ": " + value.getClass()
                        + " (expected: String, Long or Integer)");
            }
        }
        details = Collections.unmodifiableMap(new TreeMap<>(details));
    }

    /** Writes the details as fields of the object that is open. */
    public void writeDetails(JsonGenerator json) {
        for (Map.Entry<String, Object> detail : details.entrySet()) {
            if (detail.getValue() instanceof Number count) {
                json.writeNumberProperty(detail.getKey(), count.longValue());
            } else {
                json.writeStringProperty(detail.getKey(), detail.getValue().toString());
            }
        }
    }

    /** A refusal with nothing more to say. */
    public Refusal(int status, String code, @Nullable String param, String message) {
        this(status, code, param, message, Map.of());
    }
}
