package tollgate.proxy;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialect;
import tollgate.identity.Credentials;

/** The query of a request as it goes upstream: without the client's key, and of a dialect's fields only. Stateless. */
final class Query {
    private Query() {}

    /** The first field that may not go to an upstream of a dialect; null where all may. */
    static @Nullable String strange(Dialect dialect, @Nullable String query) {
        if (query == null) {
            return null;
        }
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = Credentials.decoded(equals < 0 ? part : part.substring(0, equals));
            String value = equals < 0 ? "" : Credentials.decoded(part.substring(equals + 1));
            if (!part.isEmpty() && !Credentials.isKey(part) && !dialect.takesQuery(name, value)) {
                return part;
            }
        }
        return null;
    }

    /** Which version of the interface a query names; all that we ask on our own account keeps of a client's query. */
    static @Nullable String version(@Nullable String query) {
        return query == null
                ? null
                : Arrays.stream(query.split("&", -1))
                        .filter(part -> part.startsWith("api-version="))
                        .findFirst()
                        .orElse(null);
    }

    /** Path and query to ask for. */
    static String target(String path, @Nullable String query) {
        if (query == null) {
            return path;
        }
        String kept = Arrays.stream(query.split("&", -1))
                .filter(part -> !Credentials.isKey(part))
                .collect(Collectors.joining("&"));
        return kept.isEmpty() ? path : path + "?" + kept;
    }
}
