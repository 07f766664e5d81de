package tollgate.identity;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The key that a request bears, wherever its dialect puts it. */
public sealed interface Credentials {
    /** A signature of AWS's by one of our keys. */
    Pattern SIGNED_BY_KEY = Pattern.compile("AWS4-[A-Z0-9-]+ +Credential=(tg_[A-Za-z0-9_]+)/");

    /** One key, possibly at several places. */
    record Found(String secret) implements Credentials {
        /** Without the key: it must not get into a log. */
        @Override
        public String toString() {
            return "Found";
        }
    }

    /** None. */
    record Missing() implements Credentials {}

    /** Different ones: which is meant is not for us to guess. */
    record Ambiguous() implements Credentials {}

    /**
     * Looks for a key in {@code Authorization: Bearer}, {@code x-api-key}, {@code api-key}, {@code x-goog-api-key} and
     * {@code ?key=}, and where AWS's signatures have their access key id: whoever has the whole key may use it, whatever was
     * signed with it.
     *
     * @param headers all values of a field, by its name in any case
     * @param query the raw query; null where there is none
     */
    static Credentials of(Function<String, List<String>> headers, @Nullable String query) {
        Set<String> found = new LinkedHashSet<>();
        for (String value : headers.apply("authorization")) {
            if (value.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
                found.add(value.substring("bearer ".length()).strip());
            }
            Matcher signed = SIGNED_BY_KEY.matcher(value);
            if (signed.lookingAt()) {
                found.add(signed.group(1));
            }
        }
        for (String name : List.of("x-api-key", "api-key", "x-goog-api-key")) {
            headers.apply(name).forEach(value -> found.add(value.strip()));
        }
        if (query != null) {
            for (String part : query.split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals >= 0 && isKey(part)) {
                    found.add(decoded(part.substring(equals + 1)));
                }
            }
        }
        found.remove("");
        return switch (found.size()) {
            case 0 -> new Missing();
            case 1 -> new Found(found.iterator().next());
            default -> new Ambiguous();
        };
    }

    /**
     * Whether a request is signed as AWS's are.
     *
     * @param headers all values of a field, by its name in any case
     */
    static boolean signed(Function<String, List<String>> headers) {
        return headers.apply("authorization").stream().anyMatch(value -> value.startsWith("AWS4-"));
    }

    /** Whether one part of a raw query is the key, however its name is spelled. */
    static boolean isKey(String part) {
        int equals = part.indexOf('=');
        return decoded(equals < 0 ? part : part.substring(0, equals)).equals("key");
    }

    /** A name or value of a raw query; as it is where it is not encoded as one. */
    static String decoded(String raw) {
        try {
            return URLDecoder.decode(raw, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return raw;
        }
    }
}
