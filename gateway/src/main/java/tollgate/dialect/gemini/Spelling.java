package tollgate.dialect.gemini;

import java.util.Locale;
import java.util.Set;
import tollgate.dialect.json.BadRequest;
import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;

/**
 * Google takes every name in two spellings, {@code maxOutputTokens} and {@code max_output_tokens}
 * (protobuf.dev/programming-guides/json): given both, which one counts is not for us to guess.
 */
final class Spelling {
    private Spelling() {}

    /** The name as Google's documentation spells it. */
    static String camel(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        StringBuilder camel = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** Lists names of a kind, in both spellings. */
    static RequestFields both(RequestFields table, Kind kind, String... names) {
        for (String name : names) {
            table.with(kind, name, snake(name));
        }
        return table;
    }

    /** The name as it is documented, once among those seen. */
    static String once(String name, String at, Set<String> seen) {
        String camel = camel(name);
        if (!seen.add(camel)) {
            throw BadRequest.repeated(at.isEmpty() ? camel : at + "." + camel);
        }
        return camel;
    }
}
