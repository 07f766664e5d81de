package tollgate.pricing;

import java.util.EnumMap;
import java.util.Map;

/**
 * Rates for what was asked for in a certain way.
 *
 * @param when what must hold, all of it
 * @param rates of classes that are not tokens
 */
public record Variant(Map<Attribute, String> when, Map<UnitClass, Rate> rates) {
    /** Checks and copies what could change. */
    public Variant {
        if (when.isEmpty()) {
            throw new IllegalArgumentException("variants.when: nothing (expected: size, quality …)");
        }
        when = Map.copyOf(when);
        rates = Map.copyOf(rates);
        for (UnitClass unit : rates.keySet()) {
            if (unit.isToken()) {
                throw new IllegalArgumentException(
                        "variants." + unit.wireName() + " (expected: a class that is not a token)");
            }
        }
    }

    /** Something can be true of one request that makes both apply, neither more closely than the other. */
    boolean contradicts(Variant other) {
        if (when.size() != other.when.size() || rates.keySet().stream().noneMatch(other.rates::containsKey)) {
            return false;
        }
        for (Map.Entry<Attribute, String> condition : when.entrySet()) {
            String there = other.when.get(condition.getKey());
            if (there != null && !there.equals(condition.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** As people read it: {@code quality hd, size 1024x1024}. */
    public String text() {
        StringBuilder text = new StringBuilder();
        new EnumMap<>(when)
                .forEach((attribute, value) -> text.append(text.isEmpty() ? "" : ", ")
                        .append(attribute.wireName())
                        .append(' ')
                        .append(value));
        return text.toString();
    }
}
