package tollgate.admin;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
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
 * @param actor who asks: one name for one key of the control plane
 * @param turn at a request with an {@code Idempotency-Key}; else null
 */
record Asked(
        String id,
        Map<String, String> queries,
        String body,
        String actor,
        @Nullable Turn turn) {
    /** Later than every exchange. */
    static final Instant NO_END = Instant.parse("9999-12-31T23:59:59Z");

    private static final int PAGE = 100;
    private static final int MOST = 1_000;
    private static final Pattern ROW = Pattern.compile("[a-z]_[0-9a-z]{1,40}");
    private static final Pattern EXCHANGE = Pattern.compile("[0-9a-z_-]{1,80}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    /** The same, at a turn. */
    Asked at(Turn one) {
        return new Asked(id, queries, body, actor, one);
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

    /**
     * A moment of the query: an instant, or a day, whose first moment (UTC) is meant.
     *
     * @param otherwise where it is not given
     */
    Instant moment(String name, Instant otherwise) {
        String text = query(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            Instant moment = text.length() == "2026-01-31".length()
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
            if (!moment.isBefore(Instant.EPOCH) && !moment.isAfter(NO_END)) {
                return moment;
            }
        } catch (DateTimeException wrong) {
            // told below, for what is out of range too
        }
        throw Problem.invalid(name + ": '" + Shown.text(text)
                + "' (expected: 2026-01-31 or 2026-01-31T12:00:00Z, from 1970 on and before the year 10000)");
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
