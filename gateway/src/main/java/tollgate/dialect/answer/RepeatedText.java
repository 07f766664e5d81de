package tollgate.dialect.answer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.Escapes;

/** A text that comes again with each event and rarely changes: a string is made only when it does. */
public final class RepeatedText {
    private @Nullable Said said;
    private boolean named;

    /** One value of it. */
    static final class Said {
        private final byte[] raw;
        private final String text;

        private Said(byte[] raw, String text) {
            this.raw = raw;
            this.text = text;
        }
    }

    /** It is said: raw, escapes as they stand. */
    public void set(byte[] bytes, int length, boolean escaped) {
        named = true;
        Said last = said;
        if (last == null || !Arrays.equals(last.raw, 0, last.raw.length, bytes, 0, length)) {
            String text =
                    escaped ? Escapes.decode(bytes, length) : new String(bytes, 0, length, StandardCharsets.UTF_8);
            said = new Said(Arrays.copyOf(bytes, length), text);
        }
    }

    @Nullable
    String text() {
        return said == null ? null : said.text;
    }

    /** From here on, {@link #saidSince} tells whether it is said again. */
    void watch() {
        named = false;
    }

    /** What was said last, if anything was said since {@link #watch}. */
    @Nullable
    Said saidSince() {
        return named ? said : null;
    }

    /** It is said again as it was before; null: it is not said. */
    void repeat(@Nullable Said before) {
        if (before != null) {
            named = true;
            said = before;
        }
    }
}
