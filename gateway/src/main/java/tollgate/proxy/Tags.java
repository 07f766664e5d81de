package tollgate.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The client's labels of an exchange: {@code X-Tollgate-Tags: team=search, feature=autocomplete}. What is not of that
 * form is left out, and names and values are cut: a label is never a reason to refuse. Stateless.
 */
final class Tags {
    private static final int MOST = 16;
    private static final int LONGEST = 64;

    private Tags() {}

    static Map<String, String> of(@Nullable String field) {
        if (field == null) {
            return Map.of();
        }
        Map<String, String> tags = new LinkedHashMap<>();
        for (String part : field.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0 && tags.size() < MOST) {
                String name = part.substring(0, equals).strip();
                if (!name.isEmpty()) {
                    tags.put(cut(name), cut(part.substring(equals + 1).strip()));
                }
            }
        }
        return tags;
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
