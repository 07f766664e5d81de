package tollgate.pricing;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a YAML document, read field by field; every complaint names the file and the line. Values are taken as
 * the text that was written: a price is never a floating point number on its way.
 */
final class YamlFields {
    private static final Pattern WHOLE = Pattern.compile("\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,10}(\\.\\d{1,18})?");
    private static final Pattern TOO_LARGE = Pattern.compile("\\d{11,40}(\\.\\d{1,18})?");
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_QUOTED = 80;
    private static final int DAY = "2026-08-01".length();

    private final String file;
    private final Node mapping;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();

    /** The fields of a mapping, whose names are among the given ones. */
    YamlFields(String file, Node node, Collection<String> known) {
        this.file = file;
        this.mapping = node;
        if (!(node instanceof MappingNode fields)) {
            throw invalid(node, kind(node) + " (expected: fields by name: " + String.join(", ", known) + ")");
        }
        for (NodeTuple field : fields.getValue()) {
            String name = text(field.getKeyNode());
            if (name.equals("<<")) {
                throw invalid(field.getKeyNode(), "'<<' (expected: no merge keys; 'defaults' are of every model)");
            }
            if (!known.isEmpty() && !known.contains(name)) {
                String nearest = NearestName.of(name, known);
                throw invalid(
                        field.getKeyNode(),
                        "unknown field " + quoted(name) + " (expected: "
                                + (nearest == null ? String.join(", ", known) : nearest) + ")");
            }
            if (values.put(name, field.getValueNode()) != null) {
                throw invalid(field.getKeyNode(), "field " + quoted(name) + " is given twice");
            }
            keys.put(name, field.getKeyNode());
        }
    }

    /** These fields, and those of defaults for the names that are not given here. */
    YamlFields(String file, Node node, Collection<String> known, YamlFields defaults) {
        this(file, node, known);
        defaults.values.forEach(values::putIfAbsent);
        defaults.keys.forEach(keys::putIfAbsent);
    }

    /** The fields of a mapping, whatever their names. */
    YamlFields(String file, Node node) {
        this(file, node, List.of());
    }

    /** No field at all. */
    static YamlFields none(String file, Node at) {
        return new YamlFields(at, file);
    }

    private YamlFields(Node at, String file) {
        this.file = file;
        this.mapping = at;
    }

    String file() {
        return file;
    }

    /** The names given, in order. */
    Collection<String> names() {
        return keys.keySet();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The node of a field that must be there. */
    Node node(String name) {
        Node node = values.get(name);
        if (node == null) {
            throw invalid(mapping, "no '" + name + "'");
        }
        return node;
    }

    String text(String name) {
        Node node = node(name);
        if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
            throw invalid(node, name + ": " + kind(node) + " (expected: a plain value)");
        }
        return scalar.getValue();
    }

    /** A name that people give things. */
    String name(String field) {
        return name(field, node(field));
    }

    /** A list of such names; none where the field is absent. */
    List<String> listedNames(String field) {
        return items(field).stream().map(item -> name(field, item)).toList();
    }

    private String name(String field, Node node) {
        String name = text(node);
        if (name.length() > LONGEST_NAME || name.chars().anyMatch(YamlFields::unprintable)) {
            throw invalid(
                    node,
                    field + ": " + quoted(name) + " (expected: at most " + LONGEST_NAME
                            + " characters, all of them printable)");
        }
        return name;
    }

    long whole(String name) {
        String text = text(name);
        if (!WHOLE.matcher(text).matches()) {
            throw invalid(node(name), name + ": " + quoted(text) + " (expected: a whole number)");
        }
        return Long.parseLong(text);
    }

    /** Digits, with at most eighteen decimals. */
    BigDecimal decimal(String name) {
        String text = text(name);
        if (!DECIMAL.matcher(text).matches()) {
            String expected = TOO_LARGE.matcher(text).matches()
                    ? "below 10000000000"
                    : "digits with up to 18 decimals, without sign and exponent";
            throw invalid(node(name), name + ": " + quoted(text) + " (expected: " + expected + ")");
        }
        return new BigDecimal(text);
    }

    /** Dollars, to the nano-dollar. */
    Usd amount(String name) {
        String text = text(name);
        try {
            return Usd.parse(text);
        } catch (IllegalArgumentException wrong) {
            InvalidRateCard invalid = invalid(
                    node(name),
                    name + ": " + quoted(text)
                            + " (expected: dollars with up to 9 decimals, without sign and exponent)");
            invalid.initCause(wrong);
            throw invalid;
        }
    }

    /** A day, or a moment with its offset. */
    Instant moment(String name) {
        String text = text(name);
        try {
            return text.length() == DAY
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException wrong) {
            InvalidRateCard invalid = invalid(
                    node(name), name + ": " + quoted(text) + " (expected: a day, 2026-08-01, or 2026-08-01T16:00:00Z)");
            invalid.initCause(wrong);
            throw invalid;
        }
    }

    boolean truth(String name) {
        String text = text(name);
        if (!text.equals("true") && !text.equals("false")) {
            throw invalid(node(name), name + ": " + quoted(text) + " (expected: true or false)");
        }
        return text.equals("true");
    }

    /** The items of a list; none where the field is absent. */
    List<Node> items(String name) {
        Node node = values.get(name);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode list)) {
            throw invalid(node, name + ": " + kind(node) + " (expected: a list)");
        }
        return list.getValue();
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Node item : items(name)) {
            texts.add(text(item));
        }
        return texts;
    }

    /** A complaint about this mapping. */
    InvalidRateCard invalid(String problem) {
        return invalid(mapping, problem);
    }

    /** A complaint about one field. */
    InvalidRateCard invalidField(String name, String problem) {
        return invalid(node(name), problem);
    }

    private String text(Node node) {
        if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
            throw invalid(node, kind(node) + " (expected: a plain value)");
        }
        return scalar.getValue();
    }

    /** What was found, short and without what a terminal would obey. */
    static String quoted(String found) {
        StringBuilder shown = new StringBuilder("'");
        for (int i = 0; i < Math.min(found.length(), LONGEST_QUOTED); i++) {
            char at = found.charAt(i);
            shown.append(unprintable(at) ? "\\u%04X".formatted((int) at) : at);
        }
        return shown.append(found.length() > LONGEST_QUOTED ? "…'" : "'").toString();
    }

    /** Control characters, and those that turn the direction of writing. */
    private static boolean unprintable(int character) {
        return Character.isISOControl(character) || Character.getType(character) == Character.FORMAT;
    }

    private static String kind(Node node) {
        return switch (node) {
            case SequenceNode list -> "a list";
            case MappingNode fields -> "fields";
            case ScalarNode scalar when !scalar.getValue().isBlank() -> quoted(scalar.getValue());
            default -> "nothing";
        };
    }

    private InvalidRateCard invalid(Node node, String problem) {
        return new InvalidRateCard(at(file, node) + problem);
    }

    static String at(String file, @Nullable Node node) {
        return node == null
                ? file + ": "
                : node.getStartMark()
                        .map(mark -> file + ":" + (mark.getLine() + 1) + ": ")
                        .orElse(file + ": ");
    }
}
