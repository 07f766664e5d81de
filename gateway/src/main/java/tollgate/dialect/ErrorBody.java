package tollgate.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A refusal in a dialect's shape.
 *
 * @param contentType the media type of its body
 * @param text its body, one JSON document
 * @param fields what is in its head besides
 */
public record ErrorBody(String contentType, String text, Map<String, String> fields) {
    /** Copies what could change. */
    public ErrorBody {
        fields = Map.copyOf(fields);
    }

    /** One that is told by its body alone. */
    public ErrorBody(String contentType, String text) {
        this(contentType, text, Map.of());
    }

    /** The body as sent: UTF-8. */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
