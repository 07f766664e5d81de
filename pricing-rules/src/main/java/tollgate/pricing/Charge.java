package tollgate.pricing;

import java.math.BigDecimal;
import java.util.List;

/**
 * What one usage comes to, with every reason. Lines and adjustments together sum exactly to the charge. Immutable.
 *
 * @param cost what the upstream bills
 * @param charge what the wallet pays: cost and markup
 * @param exact the charge in dollars before the one rounding; up at the thirtieth decimal, which a charge by the hour may pass
 * @param lines one for each reported class, in class order; one more for each marginal step
 * @param adjustments minimum, markup, rounding; those of 0 are left out
 */
public record Charge(Usd cost, Usd charge, BigDecimal exact, List<ChargeLine> lines, List<Adjustment> adjustments) {
    /** Copies the lists. */
    public Charge {
        lines = List.copyOf(lines);
        adjustments = List.copyOf(adjustments);
    }

    /** A counted class had no price: it was charged 0, which somebody must look at. */
    public boolean unpriced() {
        return lines.stream().anyMatch(ChargeLine::unpriced);
    }

    /** A rate was one that the card does not state. */
    public boolean assumed() {
        return lines.stream().anyMatch(ChargeLine::assumed);
    }

    /** The sum of lines and adjustments in dollars: the charge. */
    public BigDecimal sum() {
        BigDecimal sum = BigDecimal.ZERO;
        for (ChargeLine line : lines) {
            sum = sum.add(line.subtotal());
        }
        for (Adjustment adjustment : adjustments) {
            sum = sum.add(adjustment.usd());
        }
        return sum;
    }
}
