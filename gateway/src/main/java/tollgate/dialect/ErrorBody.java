package tollgate.dialect;

import java.nio.charset.StandardCharsets;

/**
 * The body of a refusal in a dialect's shape.
 *
 * @param contentType its media type
 * @param text its text, one JSON document
 */
public record ErrorBody(String contentType, String text) {
    /** The body as sent: UTF-8. */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
