package tollgate.proxy;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tollgate.identity.Credentials;

/** The query of a request as it goes upstream: without the client's key. Stateless. */
final class Query {
    private Query() {}

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
