package tollgate.records;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows, and where the next ones begin.
 *
 * @param data the rows
 * @param next what to ask for to get those after them; null where there are none
 */
public record Page<T>(List<T> data, @Nullable String next) {
    /** Copies the rows. */
    public Page {
        data = List.copyOf(data);
    }
}
