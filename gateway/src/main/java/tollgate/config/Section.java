package tollgate.config;

import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import tollgate.pricing.Usd;

/**
 * One mapping of the configuration, read key by key; a key that is not there has its default. A missing section reads
 * as an empty one. Confined to one thread.
 */
final class Section {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(KiB|MiB|GiB|B)?");
    private static final Pattern ADDRESS = Pattern.compile("(.*):(\\d{1,5})");

    private final String file;
    private final String path;
    private final Expansion expansion;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private Section(String file, String path, Expansion expansion) {
        this.file = file;
        this.path = path;
        this.expansion = expansion;
    }

    /**
     * A section whose keys are among those given.
     *
     * @param node null where it is not there
     * @param known the names that may be used; none: any
     */
    static Section of(String file, String path, @Nullable Node node, Expansion expansion, Collection<String> known) {
        Section section = new Section(file, path, expansion);
        if (node == null
                || (node instanceof ScalarNode scalar && scalar.getValue().isEmpty())) {
            return section;
        }
        if (!(node instanceof MappingNode mapping)) {
            throw section.invalid(node, path, "a value", "keys: " + String.join(", ", known));
        }
        for (NodeTuple field : mapping.getValue()) {
            String name = field.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
            if (!known.isEmpty() && !known.contains(name)) {
                throw section.invalid(field.getKeyNode(), section.key(name), "unknown", Nearest.of(name, known));
            }
            if (section.values.put(name, field.getValueNode()) != null) {
                throw section.invalid(field.getKeyNode(), section.key(name), "given twice", "once");
            }
        }
        return section;
    }

    Section section(String name, String... known) {
        return of(file, key(name), values.get(name), expansion, List.of(known));
    }

    /** The mappings of a list, each known by its place; none where it is not there. */
    List<Section> sections(String name, String... known) {
        Node node = values.get(name);
        List<Section> each = new ArrayList<>();
        if (node == null
                || (node instanceof ScalarNode scalar && scalar.getValue().isEmpty())) {
            return each;
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw invalid(node, key(name), "one value or keys", "a list: [{…}, {…}]");
        }
        for (Node item : sequence.getValue()) {
            each.add(of(file, key(name) + "[" + each.size() + "]", item, expansion, List.of(known)));
        }
        return each;
    }

    /** Notes that something was left out. */
    void warn(String name, String why) {
        Node node = values.get(name);
        expansion.warn((node == null ? file : where(node)) + ": " + key(name) + ": " + why);
    }

    Collection<String> names() {
        return values.keySet();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    String text(String name, String otherwise) {
        String given = optional(name);
        return given == null ? otherwise : given;
    }

    /** The expanded text; null where the key is not there, or a variable in it is not set. */
    @Nullable
    String optional(String name) {
        Node node = values.get(name);
        return node == null ? null : expand(node, name);
    }

    private @Nullable String expand(Node node, String name) {
        if (!(node instanceof ScalarNode scalar)) {
            throw invalid(node, key(name), "a list or keys", "one value");
        }
        try {
            return expansion.of(scalar.getValue());
        } catch (Expansion.Unset unset) {
            expansion.warn(where(node) + ": " + key(name) + ": " + unset.getMessage() + "; left out");
            return null;
        }
    }

    List<String> list(String name) {
        Node node = values.get(name);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw invalid(node, key(name), "one value", "a list: [a, b]");
        }
        List<String> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            String text = expand(item, name);
            if (text != null) {
                items.add(text);
            }
        }
        return items;
    }

    boolean flag(String name, boolean otherwise) {
        String text = text(name, Boolean.toString(otherwise));
        if (!text.equals("true") && !text.equals("false")) {
            throw invalid(name, text, "true or false");
        }
        return text.equals("true");
    }

    long whole(String name, long otherwise, long least, long most) {
        String text = text(name, Long.toString(otherwise));
        if (!text.matches("\\d{1,18}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw invalid(name, text, "a whole number from " + least + " to " + most);
        }
        return Long.parseLong(text);
    }

    BigDecimal decimal(String name, String otherwise) {
        String text = text(name, otherwise);
        if (!text.matches("\\d{1,9}(\\.\\d{1,12})?")) {
            throw invalid(name, text, "a decimal number such as 12.5");
        }
        return new BigDecimal(text);
    }

    Usd amount(String name, String otherwise) {
        String text = text(name, otherwise);
        try {
            return Usd.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw invalid(name, text, "dollars with up to 9 decimals, at most 9000000");
        }
    }

    Duration duration(String name, Duration otherwise) {
        return has(name) ? duration(name, "") : otherwise;
    }

    Duration duration(String name, String otherwise) {
        String text = text(name, otherwise);
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw invalid(name, text, "a duration such as 250ms, 30s, 5m or 1h");
        }
        long count = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    long size(String name, String otherwise) {
        String text = text(name, otherwise);
        Matcher parts = SIZE.matcher(text);
        if (!parts.matches()) {
            throw invalid(name, text, "a size such as 512KiB, 8MiB or 1GiB");
        }
        String unit = parts.group(2) == null ? "B" : parts.group(2);
        int shift = List.of("B", "KiB", "MiB", "GiB").indexOf(unit) * 10;
        return Math.multiplyExact(Long.parseLong(parts.group(1)), 1L << shift);
    }

    InetSocketAddress address(String name, String otherwise) {
        String text = text(name, otherwise);
        Matcher parts = ADDRESS.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
            throw invalid(name, text, "host:port");
        }
        return new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
    }

    /** One of some words. */
    String word(String name, String otherwise, String... words) {
        String text = text(name, otherwise);
        if (!List.of(words).contains(text)) {
            throw invalid(name, text, String.join(" or ", words));
        }
        return text;
    }

    InvalidConfig invalid(String name, String found, String expected) {
        Node node = values.get(name);
        return node == null
                ? new InvalidConfig(key(name) + ": '" + found + "' (expected: " + expected + ")")
                : invalid(node, key(name), "'" + found + "'", expected);
    }

    private InvalidConfig invalid(Node node, String key, String found, String expected) {
        return new InvalidConfig(where(node) + ": " + key + ": " + found + " (expected: " + expected + ")");
    }

    private String where(Node node) {
        return node.getStartMark()
                .map(mark -> file + " line " + (mark.getLine() + 1))
                .orElse(file);
    }

    private String key(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
