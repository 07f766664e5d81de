package tollgate.pricing;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads whom and what a rule of a file is about. Stateless. */
final class WhomReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern MODEL = Pattern.compile("[^*]{0,255}\\*?");

    private WhomReader() {}

    static Whom read(YamlFields fields) {
        return new Whom(
                name(fields, "customer", NAME, "a customer's id"),
                name(fields, "plan", NAME, "a name of letters, digits, '.', '_' and '-'"),
                name(fields, "model", MODEL, "a model's name, or the beginning of one and *"));
    }

    static @Nullable String name(YamlFields fields, String field, Pattern form, String expected) {
        if (!fields.has(field)) {
            return null;
        }
        String name = fields.text(field);
        if (!form.matcher(name).matches()) {
            throw fields.invalidField(field, field + ": " + YamlFields.quoted(name) + " (expected: " + expected + ")");
        }
        return name;
    }
}
