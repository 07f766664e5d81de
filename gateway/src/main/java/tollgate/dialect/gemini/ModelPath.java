package tollgate.dialect.gemini;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path that names a model and what it is to do: {@code /v1beta/models/gemini-2.5-flash:generateContent}. Names with an
 * encoded character in them are none: two readers could take them for two models.
 *
 * @param model which
 * @param method what
 */
record ModelPath(String model, String method) {
    private static final Pattern FORM = Pattern.compile("/v1(?:beta)?/models/([A-Za-z0-9._@~=,-]+):([A-Za-z]+)");

    /** Reads a raw path; null where it is none. */
    static @Nullable ModelPath of(String path) {
        Matcher found = FORM.matcher(path);
        return found.matches() ? new ModelPath(found.group(1), found.group(2)) : null;
    }

    /** The path it was read from, with another model in it. */
    String naming(String path, String other) {
        return path.substring(0, path.length() - model.length() - 1 - method.length()) + other + ":" + method;
    }
}
