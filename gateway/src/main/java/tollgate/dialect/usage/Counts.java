package tollgate.dialect.usage;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads counts out of one object, and gathers what is doubtful in it. Absent and null are 0. */
final class Counts {
    /** Counts above this are nobody's: 10¹⁵ units cost more than any wallet can hold. */
    private static final BigDecimal LARGEST = BigDecimal.valueOf(1_000_000_000_000_000L);

    private static final int LONGEST = 64;

    private final JsonNode node;
    private final List<String> doubts;

    Counts(JsonNode node) {
        this(node, new ArrayList<>());
    }

    private Counts(JsonNode node, List<String> doubts) {
        this.node = node;
        this.doubts = doubts;
    }

    /** An object within this one; an empty one where there is none. */
    Counts at(String name) {
        return new Counts(node.path(name), doubts);
    }

    /** The items of a list within this object. */
    List<Counts> items(String name) {
        List<Counts> items = new ArrayList<>();
        for (JsonNode item : node.path(name)) {
            items.add(new Counts(item, doubts));
        }
        return items;
    }

    boolean has(String name) {
        return !node.path(name).isMissingNode() && !node.path(name).isNull();
    }

    boolean hasAny(String... names) {
        for (String name : names) {
            if (has(name)) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    String text(String name) {
        JsonNode value = node.path(name);
        return value.isString() ? value.stringValue() : null;
    }

    /** A whole count, the first of some names that is there; begun units whole. */
    long count(String... names) {
        return decimal(names).setScale(0, RoundingMode.CEILING).longValueExact();
    }

    /** A count, the first of some names that is there. */
    BigDecimal decimal(String... names) {
        for (String name : names) {
            if (has(name)) {
                return number(name, node.path(name));
            }
        }
        return BigDecimal.ZERO;
    }

    private static BigDecimal number(String name, JsonNode value) {
        String text = value.isNumber() || value.isString() ? value.asString().strip() : value.toString();
        BigDecimal number;
        try {
            number = text.length() > LONGEST ? null : new BigDecimal(text);
        } catch (NumberFormatException none) {
            number = null;
        }
        if (number == null || number.scale() > LONGEST || number.precision() - number.scale() > LONGEST) {
            throw new InvalidUsage(name + ": " + shortened(text) + " (expected: a number)");
        }
        if (number.signum() < 0 || number.compareTo(LARGEST) > 0) {
            throw new InvalidUsage(
                    name + ": " + number.toPlainString() + " (expected: 0.." + LARGEST.toPlainString() + ")");
        }
        return number;
    }

    private static String shortened(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    void doubt(String what) {
        doubts.add(what);
    }

    List<String> doubts() {
        return doubts;
    }
}
