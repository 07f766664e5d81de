package tollgate.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name that a client gives its request in {@code Idempotency-Key}: bare, or in quotes as the IETF's draft has it.
 * Stateless.
 */
final class IdempotencyKeyField {
    private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private IdempotencyKeyField() {}

    /**
     * Reads it.
     *
     * @return null where the client gave none
     * @throws Invalid where it is no name
     */
    static @Nullable String of(HttpHeaders headers) throws Invalid {
        List<String> fields = headers.getAll("Idempotency-Key");
        if (fields.isEmpty()) {
            return null;
        }
        if (fields.size() > 1) {
            throw new Invalid("Idempotency-Key: sent " + fields.size() + " times (expected: once)");
        }
        String field = fields.getFirst().strip();
        boolean quoted = field.length() >= 2 && field.startsWith("\"") && field.endsWith("\"");
        String name = quoted ? field.substring(1, field.length() - 1) : field;
        if (!NAME.matcher(name).matches() || name.indexOf('"') >= 0) {
            throw new Invalid("Idempotency-Key: '" + Refusals.cut(field)
                    + "' (expected: 1 to 255 visible ASCII characters, bare or in quotes)");
        }
        return name;
    }

    /** Not a name. */
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        Invalid(String why) {
            super(why, null, false, false);
            this.why = why;
        }

        String why() {
            return why;
        }
    }
}
