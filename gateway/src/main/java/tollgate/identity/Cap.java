package tollgate.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A ceiling on what may be spent under one key, as far as the key is concerned: whose counter it is, is told already.
 * Immutable.
 *
 * @param id its id
 * @param scope whom it is for
 * @param of the id of that key, member, team, project, wallet or organisation
 * @param subject whose counter counts for this key: {@code of} itself, or with {@link Scope#EACH_MEMBER} the member's; the
 *     key's own where it has no member
 * @param unit what it counts
 * @param limit the most there may be, in nano-USD, tokens, requests or open exchanges; 0: none
 * @param period how long it counts; of open exchanges {@link Period#LIFETIME}
 * @param rolling the last so long instead of the calendar's
 * @param service only this kind of work; null: any
 * @param model only models of this pattern, {@code *} for any run of characters; null: any
 * @param version raised with every change
 * @param reset the version of its last reset; 0: never
 */
public record Cap(
        String id,
        Scope scope,
        String of,
        String subject,
        Unit unit,
        long limit,
        Period period,
        boolean rolling,
        @Nullable String service,
        @Nullable String model,
        long version,
        long reset) {
    /** Whom a cap is for, the narrowest first: they are asked in this order. */
    public enum Scope {
        /** One key. */
        KEY,
        /** Every member of a team, each for itself. */
        EACH_MEMBER,
        /** One member. */
        MEMBER,
        /** One project. */
        PROJECT,
        /** A team together. */
        TEAM,
        /** A wallet. */
        WALLET,
        /** An organisation. */
        ORG;

        /** The name in interfaces. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What a cap counts. */
    public enum Unit {
        /** Money. */
        USD,
        /** Tokens of every class. */
        TOKENS,
        /** Requests. */
        REQUESTS,
        /** Exchanges that are open at once. */
        CONCURRENT,
        /** Requests at a rate: as many at once as there are for a period, and each free again after its share of it. */
        RATE,
        /** Tokens at a rate. */
        TOKEN_RATE;

        /** Which are asked first: what is open, then rates, then what is spent. */
        public int turn() {
            return switch (this) {
                case CONCURRENT -> 0;
                case RATE, TOKEN_RATE -> 1;
                case USD, TOKENS, REQUESTS -> 2;
            };
        }

        /** The name in interfaces. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether it counts such a request. */
    public boolean appliesTo(String itsService, String itsModel) {
        return (service == null || service.equals(itsService))
                && (model == null || ModelPattern.matches(model, itsModel));
    }

    /** Its scope as people write it: {@code each-member:t_1}. */
    public String shownScope() {
        return scope.wireName() + ":" + of;
    }
}
