package tollgate.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Shows answers to people, or as they are to programs. Stateless. */
final class Printer {
    private Printer() {}

    static void one(PrintWriter out, JsonNode object, boolean json) {
        if (json) {
            out.println(object);
            return;
        }
        object.propertyStream().forEach(field -> out.println(field.getKey() + ": " + shown(field.getValue())));
    }

    static void list(PrintWriter out, List<JsonNode> rows, boolean json, String... columns) {
        if (json) {
            out.println(rows);
            return;
        }
        List<List<String>> table = new ArrayList<>();
        table.add(List.of(columns));
        for (JsonNode row : rows) {
            List<String> cells = new ArrayList<>();
            for (String column : columns) {
                cells.add(shown(row.path(column)));
            }
            table.add(cells);
        }
        int[] widths = new int[columns.length];
        for (List<String> row : table) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : table) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String shown(JsonNode value) {
        return value.isString()
                ? value.stringValue()
                : value.isNull() || value.isMissingNode() ? "-" : value.toString();
    }
}
