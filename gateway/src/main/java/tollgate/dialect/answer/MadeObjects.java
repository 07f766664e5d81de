package tollgate.dialect.answer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.json.Escapes;

/** The ids of what one answer leaves at the provider: its own, which it says first and never another, and its items'. */
public final class MadeObjects {
    private static final int MOST_ITEMS = 256;

    private @Nullable String answer;
    private final List<String> items = new ArrayList<>();

    /** The answer's own id is said, raw; only the first one counts. */
    public void answer(byte[] raw, int length, boolean escaped) {
        if (answer == null && length > 0) {
            answer = text(raw, length, escaped);
        }
    }

    /** The id of one of its items is said, raw. Again, or one too many: nothing happens. */
    public void item(byte[] raw, int length, boolean escaped) {
        if (length > 0 && items.size() < MOST_ITEMS) {
            String id = text(raw, length, escaped);
            if (!items.contains(id)) {
                items.add(id);
            }
        }
    }

    private static String text(byte[] raw, int length, boolean escaped) {
        return escaped ? Escapes.decode(raw, length) : new String(raw, 0, length, StandardCharsets.UTF_8);
    }

    /** The answer's own id; null: not said yet. */
    public @Nullable String answer() {
        return answer;
    }

    /** Those of its items, a live view. */
    public List<String> items() {
        return items;
    }
}
