package tollgate.pricing;

import java.math.BigDecimal;

/**
 * One class of one charge, or one marginal step of it. Immutable.
 *
 * @param unit the class counted
 * @param units how many were billed
 * @param rate the rate used, after every factor; 0 where there is none
 * @param subtotal the product in dollars, before markup and rounding; what is beyond eighteen decimals is in the rounding
 * @param unpriced the card has no rate for the class: charged 0 although counted
 * @param reason which tier was chosen and why; empty: the card's plain rate of the class
 * @param assumed the card does not say so; a documented fall-back was used
 * @param provenance where the rate is from
 */
public record ChargeLine(
        UnitClass unit,
        BigDecimal units,
        Rate rate,
        BigDecimal subtotal,
        boolean unpriced,
        String reason,
        boolean assumed,
        Provenance provenance) {
    /** The reason, as people read it: never empty. */
    public String why() {
        return reason.isEmpty() ? "the card's rate" : reason;
    }
}
