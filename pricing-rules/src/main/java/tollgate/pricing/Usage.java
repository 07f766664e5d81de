package tollgate.pricing;

import java.math.BigDecimal;
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

    private final long[] steps;

    /** Bit by ordinal of the classes counted above 0. */
    private final long counted;

    private Usage(long[] steps) {
        this.steps = steps;
        long bits = 0;
        for (int i = 0; i < steps.length; i++) {
            bits |= steps[i] > 0 ? 1L << i : 0;
        }
        this.counted = bits;
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** The count of a class, begun units whole; 0 where it was not reported. */
    public long units(UnitClass unit) {
        return Math.ceilDiv(steps(unit), unit.steps());
    }

    /** The exact count of a class; 0 where it was not reported. */
    public BigDecimal quantity(UnitClass unit) {
        return Steps.units(unit, steps(unit));
    }

    /** The count of a class in its steps. */
    long steps(UnitClass unit) {
        return Math.max(0, steps[unit.ordinal()]);
    }

    long stepsAt(int ordinal) {
        return steps[ordinal];
    }

    /** Bit by ordinal of the classes counted above 0. */
    long counted() {
        return counted;
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

    /** The reported classes in class order, zeros included; begun units whole. */
    public Map<UnitClass, Long> asMap() {
        Map<UnitClass, Long> map = new EnumMap<>(UnitClass.class);
        for (UnitClass unit : CLASSES) {
            if (reported(unit)) {
                map.put(unit, units(unit));
            }
        }
        return Collections.unmodifiableMap(map);
    }

    /** The reported classes in class order, zeros included, with their exact counts. */
    public Map<UnitClass, BigDecimal> quantities() {
        Map<UnitClass, BigDecimal> map = new EnumMap<>(UnitClass.class);
        for (UnitClass unit : CLASSES) {
            if (reported(unit)) {
                map.put(unit, quantity(unit));
            }
        }
        return Collections.unmodifiableMap(map);
    }

    /** The class was reported, be it as 0. */
    public boolean reported(UnitClass unit) {
        return steps[unit.ordinal()] != NOT_REPORTED;
    }

    /** These counts and another usage's together. */
    public Usage plus(Usage other) {
        Builder sum = builder();
        for (UnitClass unit : CLASSES) {
            if (reported(unit) || other.reported(unit)) {
                sum.steps[unit.ordinal()] = Math.addExact(steps(unit), other.steps(unit));
            }
        }
        return sum.build();
    }

    /** The announcement's form: {@code input=1200, cached_input=0, output=250}; empty where nothing was reported. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (UnitClass unit : CLASSES) {
            if (reported(unit)) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(unit.wireName())
                        .append('=')
                        .append(quantity(unit).toPlainString());
            }
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage usage && Arrays.equals(steps, usage.steps);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(steps);
    }

    @Override
    public String toString() {
        return text();
    }

    /** Collects counts. Not thread-safe; reusable: what was built does not change with it. */
    public static final class Builder {
        private final long[] steps = new long[UnitClass.values().length];

        private Builder() {
            Arrays.fill(steps, NOT_REPORTED);
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
            if (unit.steps() != 1) {
                return set(unit, BigDecimal.valueOf(count));
            }
            steps[unit.ordinal()] = count;
            return this;
        }

        /**
         * States the count of a class, in place of what was stated before.
         *
         * @throws IllegalArgumentException when it is negative, finer than the steps of the class or beyond counting
         */
        public Builder set(UnitClass unit, BigDecimal count) {
            steps[unit.ordinal()] = Steps.of(unit, count);
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
            long more = Math.multiplyExact(count, unit.steps());
            steps[unit.ordinal()] = Math.addExact(Math.max(0, steps[unit.ordinal()]), more);
            return this;
        }

        /** The usage as collected so far. */
        public Usage build() {
            return new Usage(steps.clone());
        }
    }
}
