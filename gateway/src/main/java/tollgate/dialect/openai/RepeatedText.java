package tollgate.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A text that comes again with each event and rarely changes: a string is made only when it does. */
final class RepeatedText {
    private byte[] raw = {};
    private @Nullable String text;

    void set(byte[] bytes, int length, boolean escaped) {
        if (!Arrays.equals(raw, 0, raw.length, bytes, 0, length)) {
            raw = Arrays.copyOf(bytes, length);
            text = escaped ? Escapes.decode(bytes, length) : new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
    }

    @Nullable String text() {
        return text;
    }
}
