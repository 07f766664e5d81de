package tollgate.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.identity.Period;
import tollgate.pricing.Usd;

/**
 * What a cap is to be like, checked as far as its own words go. Immutable.
 *
 * @param scope whom it is for: {@code key}, {@code each-member} …
 * @param subject the id of that
 * @param per {@code minute} … {@code lifetime}, which it is of what is open at once
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
     * @param unit one of {@link #UNITS}
     * @param most nano-USD, tokens, requests or open exchanges
     */
    record Limit(String unit, long most) {
        /** What can be counted. */
        static final List<String> UNITS = List.of("usd", "tokens", "requests", "concurrent", "rate", "token_rate");

        static Limit read(Fields fields) {
            Limit found = null;
            for (String unit : UNITS) {
                Limit limit = unit.equals("usd") ? usd(fields) : count(fields, unit);
                if (limit != null && found != null) {
                    throw Problem.invalid(
                            "a cap counts one of " + String.join(", ", UNITS) + " (expected: one of them)");
                }
                found = limit == null ? found : limit;
            }
            if (found == null) {
                throw Problem.invalid(String.join(", ", UNITS) + ": missing (expected: one of them; 0 allows nothing)");
            }
            return found;
        }

        /** Checks that it goes with a period: what is open is open now, and rates have a bound that scripts can count. */
        void checked(String per, boolean rolling) {
            boolean lifetime = per.equals("lifetime");
            if (rolling && (lifetime || !List.of("usd", "tokens", "requests").contains(unit))) {
                throw Problem.invalid(
                        "rolling: true (expected: false with " + (lifetime ? "per lifetime" : unit) + ")");
            }
            if (unit.endsWith("rate") && lifetime) {
                throw Problem.invalid("per: 'lifetime' (expected: a shorter one with " + unit + ")");
            }
            if (unit.equals("rate")) {
                long most = Usd.MAX_NANO
                        / Period.valueOf(per.toUpperCase(Locale.ROOT)).lengthMs();
                if (this.most > most) {
                    throw Problem.invalid("rate: " + this.most + " (expected: at most " + most + " per " + per + ")");
                }
            }
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
        List<String> names = new ArrayList<>(List.of("scope", "per", "rolling", "service", "model"));
        names.addAll(Limit.UNITS);
        Fields fields = Fields.read(body, names.toArray(String[]::new));
        Limit limit = Limit.read(fields);
        String asked = fields.text("scope");
        int colon = asked.indexOf(':');
        String scope = colon < 0 ? asked : asked.substring(0, colon);
        if (!SCOPES.contains(scope) || colon == asked.length() - 1 || colon < 0) {
            throw Problem.invalid("scope: '" + Shown.text(asked) + "' (expected: one of " + String.join(", ", SCOPES)
                    + ", a colon and an id)");
        }
        boolean open = limit.unit().equals("concurrent");
        String per = open && fields.optional("per") == null ? "lifetime" : fields.text("per");
        if (!PERIODS.contains(per)) {
            throw Problem.invalid(
                    "per: '" + Shown.text(per) + "' (expected: one of " + String.join(", ", PERIODS) + ")");
        }
        limit.checked(per, fields.flag("rolling"));
        String service = fields.optional("service");
        if (service != null && !SERVICES.contains(service)) {
            throw Problem.unknown(
                    "service '" + service + "'", SERVICES.stream().sorted().toList());
        }
        String model = fields.optional("model");
        return new CapWish(
                scope,
                asked.substring(colon + 1),
                open ? "lifetime" : per,
                fields.flag("rolling"),
                limit,
                service == null ? "" : service,
                model == null ? "" : model);
    }
}
