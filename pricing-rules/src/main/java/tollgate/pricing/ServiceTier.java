package tollgate.pricing;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Other rates of one service tier or speed.
 *
 * @param multiply a factor on the token rates that are not listed; null: none is stated, they cost what they cost anyway
 * @param rates those listed
 */
public record ServiceTier(@Nullable BigDecimal multiply, Map<UnitClass, Rate> rates) {
    /** Checks the factor and copies what could change. */
    public ServiceTier {
        if (multiply != null) {
            multiply = Factors.checked("multiply", multiply);
        }
        rates = Map.copyOf(rates);
    }
}
