package tollgate.admin;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a cap is to be like, checked as far as its own words go. Immutable.
 *
 * @param scope whom it is for: {@code key}, {@code each-member} …
 * @param subject the id of that
 * @param per {@code minute} … {@code lifetime}
 * @param rolling the last so long instead of the calendar's
 * @param limit how much, and of what
 * @param service empty: any
 * @param model a pattern; empty: any
 */
record CapWish(String scope, String subject, String per, boolean rolling, Limit limit, String service, String model) {
    /** Scopes, the narrowest first. */
    static final List<String> SCOPES = List.of("key", "each-member", "member", "project", "team", "wallet", "org");

    /** Periods, the shortest first. */
    static final List<String> PERIODS = List.of("minute", "hour", "day", "week", "month", "lifetime");

    /** Kinds of work. */
    static final Set<String> SERVICES = Set.of(
            "chat",
            "completions",
            "count_tokens",
            "embeddings",
            "image",
            "moderation",
            "responses",
            "transcription",
            "speech");

    /**
     * How much a cap allows.
     *
     * @param unit {@code usd}, {@code tokens} or {@code requests}
     * @param most nano-USD, tokens or requests
     */
    record Limit(String unit, long most) {
        static Limit read(Fields fields) {
            Limit found = null;
            for (Limit limit : new Limit[] {usd(fields), count(fields, "tokens"), count(fields, "requests")}) {
                if (limit != null && found != null) {
                    throw Problem.invalid("a cap counts one of usd, tokens and requests (expected: one of them)");
                }
                found = limit == null ? found : limit;
            }
            if (found == null) {
                throw Problem.invalid("usd, tokens or requests: missing (expected: one of them; 0 allows nothing)");
            }
            return found;
        }

        private static @Nullable Limit usd(Fields fields) {
            Long nano = fields.dollars("usd");
            return nano == null ? null : new Limit("usd", nano);
        }

        private static @Nullable Limit count(Fields fields, String unit) {
            Long count = fields.count(unit);
            return count == null ? null : new Limit(unit, count);
        }
    }

    static CapWish read(String body) {
        Fields fields = Fields.read(body, "scope", "per", "rolling", "usd", "tokens", "requests", "service", "model");
        String asked = fields.text("scope");
        int colon = asked.indexOf(':');
        String scope = colon < 0 ? asked : asked.substring(0, colon);
        if (!SCOPES.contains(scope) || colon == asked.length() - 1 || colon < 0) {
            throw Problem.invalid("scope: '" + Shown.text(asked) + "' (expected: one of " + String.join(", ", SCOPES)
                    + ", a colon and an id)");
        }
        String per = fields.text("per");
        if (!PERIODS.contains(per)) {
            throw Problem.invalid(
                    "per: '" + Shown.text(per) + "' (expected: one of " + String.join(", ", PERIODS) + ")");
        }
        if (fields.flag("rolling") && per.equals("lifetime")) {
            throw Problem.invalid("rolling: true (expected: false with per lifetime)");
        }
        String service = fields.optional("service");
        if (service != null && !SERVICES.contains(service)) {
            throw Problem.unknown(
                    "service '" + service + "'", SERVICES.stream().sorted().toList());
        }
        String model = fields.optional("model");
        return new CapWish(
                scope,
                asked.substring(colon + 1),
                per,
                fields.flag("rolling"),
                Limit.read(fields),
                service == null ? "" : service,
                model == null ? "" : model);
    }
}
