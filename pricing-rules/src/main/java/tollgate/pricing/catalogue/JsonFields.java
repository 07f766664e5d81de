package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import tollgate.pricing.yaml.UnreadableYaml;
import tollgate.pricing.yaml.YamlText;

/**
 * One object of a JSON text, field by field, every value with its line and every number as it was written: a price is
 * never a floating point number on its way. JSON is read as the YAML that it is.
 */
final class JsonFields {
    /** Catalogues have a megabyte or two. */
    private static final int MOST_CODE_POINTS = 64 << 20;

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,40}(\\.\\d{1,60})?([eE][-+]?\\d{1,2})?");

    private final String file;
    private final MappingNode object;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private JsonFields(String file, MappingNode object) {
        this.file = file;
        this.object = object;
        for (NodeTuple field : object.getValue()) {
            String name = field.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (values.put(name, field.getValueNode()) != null) {
                throw new InvalidCatalogue(file + ":" + line(field.getKeyNode()) + ": '" + name + "' is given twice");
            }
        }
    }

    /**
     * The object that a text is.
     *
     * @param file what complaints call the text
     */
    static JsonFields parse(String file, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setCodePointLimit(MOST_CODE_POINTS)
                .build();
        // a tab is white space between JSON tokens and never within a string, but YAML would take it for an indent
        Optional<Node> root;
        try {
            root = YamlText.compose(settings, text.replace('\t', ' '));
        } catch (UnreadableYaml e) {
            throw new InvalidCatalogue(e.at(file) + "not JSON: " + e.problem(), e);
        }
        return root.flatMap(node -> object(file, node))
                .orElseThrow(() -> new InvalidCatalogue(file + ": expected a JSON object"));
    }

    private static Optional<JsonFields> object(String file, Node node) {
        return node instanceof MappingNode mapping ? Optional.of(new JsonFields(file, mapping)) : Optional.empty();
    }

    /** The names of the fields, in their order. */
    Iterable<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The line on which this object begins, from 1. */
    int line() {
        return line(object);
    }

    /** The line of a field's value. */
    int line(String name) {
        Node node = values.get(name);
        return node == null ? line() : line(node);
    }

    /** A field that is an object. */
    Optional<JsonFields> object(String name) {
        Node node = values.get(name);
        return node == null ? Optional.empty() : object(file, node);
    }

    /** The objects of a field that is a list of them; empty where it is none. */
    List<JsonFields> objects(String name) {
        return values.get(name) instanceof SequenceNode list
                ? list.getValue().stream()
                        .flatMap(item -> object(file, item).stream())
                        .toList()
                : List.of();
    }

    /** The items of a field that is a list of numbers; empty where it is none. */
    List<BigDecimal> numbers(String name) {
        return values.get(name) instanceof SequenceNode list
                ? list.getValue().stream()
                        .flatMap(item -> Optional.ofNullable(number(item)).stream())
                        .toList()
                : List.of();
    }

    /** A field that is a number, exactly; null where it is none, {@code NaN} and the like among them. */
    @Nullable
    BigDecimal number(String name) {
        Node node = values.get(name);
        return node == null ? null : number(node);
    }

    /** A field that is text in quotes; null where it is none. */
    @Nullable
    String text(String name) {
        return values.get(name) instanceof ScalarNode scalar && scalar.getScalarStyle() != ScalarStyle.PLAIN
                ? scalar.getValue()
                : null;
    }

    /** A field's value as it was written, for a report; objects and lists are only named. */
    String written(String name) {
        Node node = values.get(name);
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        return node instanceof SequenceNode ? "[…]" : "{…}";
    }

    /** A complaint about this object. */
    InvalidCatalogue invalid(String problem) {
        return new InvalidCatalogue(file + ":" + line() + ": " + problem);
    }

    private static @Nullable BigDecimal number(Node node) {
        return node instanceof ScalarNode scalar
                        && scalar.getScalarStyle() == ScalarStyle.PLAIN
                        && NUMBER.matcher(scalar.getValue()).matches()
                ? new BigDecimal(scalar.getValue())
                : null;
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
