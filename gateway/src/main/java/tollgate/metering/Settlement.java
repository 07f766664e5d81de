package tollgate.metering;

import org.jspecify.annotations.Nullable;
import tollgate.pricing.Charge;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * What an exchange comes to: final, and the same whoever computes it from the same facts. Immutable.
 *
 * @param ended how it ended, for the record
 * @param payer who bears what the upstream bills
 * @param rates the rates that applied: of the model that answered, where it is known
 * @param markup what was added to their cost
 * @param usage what the wallet is charged for; nothing where the operator pays
 * @param charge how the amount came about, by class and exact; of nothing where the operator pays, or where the figures
 *     are beyond all amounts
 * @param total what the wallet pays, absolute: what is captured of the hold and beyond. Below {@code charge} only where
 *     an estimate would pass the hold, or a part is disputed
 * @param overrun how much {@code total} passes what was held
 * @param disputed what the reported usage would cost above {@code total}: not taken, for a person to decide (H39)
 * @param cost what the upstream bills us
 * @param estimated usage or cost is not, or not only, what the upstream reported
 * @param basis how the answer was estimated and how far that may be off, as people read it; null where it was not
 */
public record Settlement(
        Ended ended,
        Payer payer,
        ModelRates rates,
        Markup markup,
        Usage usage,
        Charge charge,
        Usd total,
        Usd overrun,
        Usd disputed,
        Usd cost,
        boolean estimated,
        @Nullable String basis) {
    /** Who bears what the upstream bills. */
    public enum Payer {
        /** The wallet. */
        WALLET,
        /** The operator: the client got nothing for it. */
        OPERATOR
    }
}
