package tollgate.dialect.json;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of a request's top-level fields: which pass freely, which bill and are bounded in the hold, which are refused.
 * Names that are not in it pass, weigh as text, and raise a metric. Immutable once built.
 */
public final class RequestFields {
    /** What a field means to the bill. */
    public enum Kind {
        /** Passes; changes no count of tokens. */
        FREE,
        /** Read: it bills, or bounds what bills, or is kept in the record. */
        PRICED,
        /** Bills in a way that has no price yet: refused, naming it. */
        NOT_PRICED,
        /** Makes the provider read what is not in the request: nobody can bound it, so it is refused. */
        UNBOUNDED
    }

    private final Map<String, Kind> kinds = new HashMap<>();

    /** Lists fields of a kind. */
    public RequestFields with(Kind kind, String... names) {
        for (String name : names) {
            kinds.put(name, kind);
        }
        return this;
    }

    /** The kind of a field; null when the table does not list it. */
    @Nullable
    Kind kind(String name) {
        return kinds.get(name);
    }

    /** The field that a reader which ignores case would take an unlisted name for; null for none that bills. */
    @Nullable
    String mistakable(String name) {
        // by way of upper case, as of the long s, which folds to s
        String lower = name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        Kind kind = kinds.get(lower);
        return kind == null || kind == Kind.FREE ? null : lower;
    }
}
