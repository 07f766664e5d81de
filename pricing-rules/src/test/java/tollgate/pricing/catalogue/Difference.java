package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A figure that one of our cards and a catalogue do not agree on, in dollars for a million units.
 *
 * @param catalogue whose
 * @param model {@code provider/name}
 * @param what class and situation
 * @param card ours; {@code -} where the card has none
 * @param theirs the catalogue's
 */
record Difference(String catalogue, String model, String what, String card, String theirs) {
    static Difference of(String catalogue, String model, String what, @Nullable BigDecimal card, BigDecimal theirs) {
        return new Difference(catalogue, model, what, card == null ? "-" : plain(card), plain(theirs));
    }

    private static String plain(BigDecimal figure) {
        BigDecimal trimmed = figure.stripTrailingZeros();
        return (trimmed.scale() < 0 ? trimmed.setScale(0) : trimmed).toPlainString();
    }

    @Override
    public String toString() {
        return String.join("\t", catalogue, model, what, card, theirs);
    }
}
