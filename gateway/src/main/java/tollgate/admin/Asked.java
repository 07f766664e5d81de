package tollgate.admin;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.records.Turn;

/**
 * What a request of the control plane asks. Confined to one request.
 *
 * @param id the {@code {id}} of its path; empty where the path has none
 * @param queries its query, by name
 * @param body its body
 * @param turn at a request with an {@code Idempotency-Key}; else null
 */
record Asked(
        String id,
        Map<String, String> queries,
        String body,
        @Nullable Turn turn) {
    private static final int PAGE = 100;
    private static final int MOST = 1_000;
    private static final Pattern ROW = Pattern.compile("[a-z]_[0-9a-z]{1,40}");
    private static final Pattern EXCHANGE = Pattern.compile("[0-9a-z_-]{1,80}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    /** The same, at a turn. */
    Asked at(Turn one) {
        return new Asked(id, queries, body, one);
    }

    /** A parameter of the query; empty where it is not given. */
    String query(String name) {
        @Nullable String value = queries.get(name);
        return value == null ? "" : value;
    }

    /** How many rows a page may have. */
    int limit() {
        String limit = query("limit");
        if (limit.isEmpty()) {
            return PAGE;
        }
        long most = NUMBER.matcher(limit).matches() ? Long.parseLong(limit) : 0;
        if (most < 1 || most > MOST) {
            throw Problem.invalid("limit: '" + Shown.text(limit) + "' (expected: 1 to " + MOST + ")");
        }
        return (int) most;
    }

    /** The id after which a page begins; empty at the beginning. */
    String after() {
        String after = query("after");
        if (!after.isEmpty() && !ROW.matcher(after).matches()) {
            throw notOurs(after);
        }
        return after;
    }

    /** The exchange after which a page begins; empty at the beginning. */
    String afterExchange() {
        String after = query("after");
        if (!after.isEmpty() && !EXCHANGE.matcher(after).matches()) {
            throw notOurs(after);
        }
        return after;
    }

    /** The number after which a page begins; 0 at the beginning. */
    long afterNumber() {
        String after = query("after");
        if (!after.isEmpty() && !NUMBER.matcher(after).matches()) {
            throw notOurs(after);
        }
        return after.isEmpty() ? 0 : Long.parseLong(after);
    }

    private static Problem notOurs(String after) {
        return Problem.invalid("after: '" + Shown.text(after) + "' (expected: the last page's next)");
    }
}
