package tollgate.pricing;

import java.math.BigDecimal;

/**
 * One class of one charge. Immutable.
 *
 * @param unit the class counted
 * @param units how many
 * @param usdPerUnit the exact rate used, in dollars per unit
 * @param subtotal the exact product, in dollars, before markup and rounding
 * @param unpriced the card has no rate for the class: charged 0 although counted
 */
public record ChargeLine(UnitClass unit, long units, BigDecimal usdPerUnit, BigDecimal subtotal, boolean unpriced) {}
