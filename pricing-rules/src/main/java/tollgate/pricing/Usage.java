package tollgate.pricing;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counted units by class: disjoint and never negative. Immutable and thread-safe.
 *
 * <p>Reported is not the same as above zero: a class that was reported as 0 is listed, one that was not is left out.
 */
@SuppressWarnings("EnumOrdinal") // an array by class lives and dies with the process; the order is stored nowhere
public final class Usage {
    private static final UnitClass[] CLASSES = UnitClass.values();
    private static final long NOT_REPORTED = -1;

    /** Nothing reported. */
    public static final Usage NONE = builder().build();

    private final long[] units;

    private Usage(long[] units) {
        this.units = units;
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** The count of a class; 0 where it was not reported. */
    public long units(UnitClass unit) {
        return Math.max(0, units[unit.ordinal()]);
    }

    /**
     * The sum of all token classes: {@code X-Total-Tokens}.
     *
     * @throws ArithmeticException when it passes the range of a long
     */
    public long totalTokens() {
        return Math.addExact(inputTokens(), outputTokens());
    }

    /**
     * The sum of all token classes of the prompt: what a long-context tier is judged by.
     *
     * @throws ArithmeticException when it passes the range of a long
     */
    public long inputTokens() {
        long sum = 0;
        for (UnitClass unit : CLASSES) {
            if (unit.isInputToken()) {
                sum = Math.addExact(sum, units(unit));
            }
        }
        return sum;
    }

    /**
     * The sum of all token classes of the answer.
     *
     * @throws ArithmeticException when it passes the range of a long
     */
    public long outputTokens() {
        long sum = 0;
        for (UnitClass unit : CLASSES) {
            if (unit.isOutputToken()) {
                sum = Math.addExact(sum, units(unit));
            }
        }
        return sum;
    }

    /** The reported classes in class order, zeros included. */
    public Map<UnitClass, Long> asMap() {
        Map<UnitClass, Long> map = new EnumMap<>(UnitClass.class);
        for (UnitClass unit : CLASSES) {
            if (units[unit.ordinal()] != NOT_REPORTED) {
                map.put(unit, units[unit.ordinal()]);
            }
        }
        return Collections.unmodifiableMap(map);
    }

    /** The announcement's form: {@code input=1200, cached_input=0, output=250}; empty where nothing was reported. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (UnitClass unit : CLASSES) {
            if (units[unit.ordinal()] != NOT_REPORTED) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(unit.wireName())
                        .append('=')
                        .append(units(unit));
            }
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage usage && Arrays.equals(units, usage.units);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(units);
    }

    @Override
    public String toString() {
        return text();
    }

    /** Collects counts. Not thread-safe; reusable: what was built does not change with it. */
    public static final class Builder {
        private final long[] units = new long[UnitClass.values().length];

        private Builder() {
            Arrays.fill(units, NOT_REPORTED);
        }

        /**
         * States the count of a class, in place of what was stated before.
         *
         * @throws IllegalArgumentException when it is negative
         */
        public Builder set(UnitClass unit, long count) {
            if (count < 0) {
                throw new IllegalArgumentException(unit.wireName() + ": " + count + " (expected: >= 0)");
            }
            units[unit.ordinal()] = count;
            return this;
        }

        /**
         * Adds to the count of a class.
         *
         * @throws IllegalArgumentException when what is added is negative
         * @throws ArithmeticException when the count would pass the range of a long
         */
        public Builder add(UnitClass unit, long count) {
            if (count < 0) {
                throw new IllegalArgumentException(unit.wireName() + ": " + count + " (expected: >= 0)");
            }
            return set(unit, Math.addExact(Math.max(0, units[unit.ordinal()]), count));
        }

        /** The usage as collected so far. */
        public Usage build() {
            return new Usage(units.clone());
        }
    }
}
