package tollgate.pricing;

import java.math.BigDecimal;

/**
 * What a charge has besides its lines.
 *
 * @param kind what it is
 * @param reason as people read it: {@code 12.5 % of cost}
 * @param usd dollars; may be negative
 */
public record Adjustment(Kind kind, String reason, BigDecimal usd) {
    /** The kinds, in the order in which they are applied. */
    public enum Kind {
        /** Up to the least that a request costs. */
        MINIMUM,
        /** From what the rates come to, to what the provider itself says that it costs. */
        REPORTED,
        /** The percentage that is added to the cost. */
        MARKUP,
        /** What is added for each request. */
        FIXED,
        /** Less because of a volume tier, a free quota or a bundle. */
        PLAN,
        /** Up to the next nano-dollar. */
        ROUNDING
    }
}
