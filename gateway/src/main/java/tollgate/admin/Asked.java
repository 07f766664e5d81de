package tollgate.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request of the control plane asks. Confined to one request.
 *
 * @param id the {@code {id}} of its path; empty where the path has none
 * @param queries its query, by name
 * @param body its body
 */
record Asked(String id, Map<String, String> queries, String body) {
    /** A parameter of the query; empty where it is not given. */
    String query(String name) {
        @Nullable String value = queries.get(name);
        return value == null ? "" : value;
    }
}
