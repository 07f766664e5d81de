package tollgate.metering;

import java.math.BigDecimal;
import tollgate.pricing.Charge;
import tollgate.pricing.Usd;
import tollgate.pricing.VolumeTiers;

/**
 * What one exchange costs less because of what its organisation was charged in the month before: decided when it was placed,
 * whatever others were charged since. Immutable.
 *
 * @param tiers of the buyer
 * @param chargedBefore in the month of the place, by what was settled then
 */
public record Discount(VolumeTiers tiers, Usd chargedBefore) {
    /** Nothing. */
    public static final Discount NONE = new Discount(VolumeTiers.NONE, Usd.ZERO);

    /** Whether what is charged in a month has to be counted for it. */
    public boolean counts() {
        return !none();
    }

    boolean none() {
        return tiers.steps().isEmpty();
    }

    /** A charge that much less, with the reason. */
    public Charge of(Charge charge) {
        return none() ? charge : tiers.discounted(chargedBefore, charge);
    }

    /** An amount that much less, rounded up. */
    Usd of(Usd amount) {
        return none() ? amount : Usd.roundUp(tiers.discounted(chargedBefore, BigDecimal.valueOf(amount.nano(), 9)));
    }
}
