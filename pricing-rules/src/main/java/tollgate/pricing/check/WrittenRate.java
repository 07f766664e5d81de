package tollgate.pricing.check;

import java.math.BigDecimal;

/**
 * One figure of a card, where it stands.
 *
 * @param situation when it applies: empty for always, else {@code above 272000}, {@code batch}, {@code quality hd, size
 *     1024x1024} and the like
 * @param unit the class of units; {@link #FACTOR} for a factor on all token rates
 * @param perMillion dollars for a million units; of a factor, the factor
 * @param written as it is written, with its measure
 * @param line in the file, from 1
 */
record WrittenRate(String situation, String unit, BigDecimal perMillion, String written, int line) {
    /** What a factor stands under. */
    static final String FACTOR = "multiply";

    boolean isFactor() {
        return unit.equals(FACTOR);
    }

    /** Where and what, for messages: {@code input above 272000}. */
    String label() {
        return situation.isEmpty() ? unit : unit + " (" + situation + ")";
    }
}
