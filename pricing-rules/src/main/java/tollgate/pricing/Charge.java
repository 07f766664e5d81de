package tollgate.pricing;

import java.util.List;

/**
 * What one usage comes to. The lines are exact and before markup; each amount is their exact sum, times the markup for
 * the charge, rounded up once to the nano-dollar. Immutable.
 *
 * @param cost what the upstream bills
 * @param charge what the wallet pays: cost and markup
 * @param lines one for each reported class, in class order
 */
public record Charge(Usd cost, Usd charge, List<ChargeLine> lines) {
    /** Copies the lines. */
    public Charge {
        lines = List.copyOf(lines);
    }

    /** A counted class had no price: it was charged 0, which somebody must look at. */
    public boolean unpriced() {
        return lines.stream().anyMatch(ChargeLine::unpriced);
    }
}
