package tollgate.pricing;

import org.jspecify.annotations.Nullable;

/**
 * Who pays, as far as markups depend on it. Immutable.
 *
 * @param customer id of a customer: a gateway's organisation
 * @param plan name of what it bought; null: nothing in particular
 */
public record Buyer(String customer, @Nullable String plan) {
    /** Whom no rule names. */
    public static final Buyer ANYBODY = new Buyer("", null);
}
