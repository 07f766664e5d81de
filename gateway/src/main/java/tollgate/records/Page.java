package tollgate.records;

import java.util.List;
import java.util.function.Function;
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

    /** A page of at most so many, of one row more than that where there is a next one. */
    static <T> Page<T> of(List<T> rows, int most, Function<T, String> id) {
        return rows.size() <= most
                ? new Page<>(rows, null)
                : new Page<>(rows.subList(0, most), id.apply(rows.get(most - 1)));
    }
}
