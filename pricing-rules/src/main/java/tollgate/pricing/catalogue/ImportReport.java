package tollgate.pricing.catalogue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is said about an import while it runs. Not thread-safe. */
final class ImportReport {
    private final List<NotExpressed> lines = new ArrayList<>();
    private final Set<String> without = new HashSet<>();

    /** A field that no card has. */
    void skipped(String key, JsonFields fields, String field, String reason) {
        lines.add(new NotExpressed(key, fields.line(field), field, fields.written(field), reason, true));
    }

    /** A field that a card has in another form. */
    void as(String key, JsonFields fields, String field, String form) {
        lines.add(new NotExpressed(key, fields.line(field), field, fields.written(field), form, true));
    }

    /** Something about a card as a whole. */
    void said(String key, int line, String what) {
        lines.add(new NotExpressed(key, line, "", "", what, true));
    }

    /** An entry that has no card. */
    void without(String key, int line, String reason) {
        without.add(key);
        lines.add(new NotExpressed(key, line, "", "", reason, false));
    }

    /** Everything said, in the order of the catalogue. */
    List<NotExpressed> lines() {
        return lines.stream()
                .map(each -> without.contains(each.key()) && each.imported()
                        ? new NotExpressed(each.key(), each.line(), each.field(), each.value(), each.reason(), false)
                        : each)
                .toList();
    }
}
