package tollgate.pricing;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What buyers pay besides what things cost. Immutable.
 *
 * @param markups who pays more
 * @param bundles who has paid for tokens already
 * @param volumes who pays less in a month of much
 */
record Selling(MarkupRules markups, BundleRules bundles, VolumeRules volumes) {
    /** Everybody pays what things cost. */
    static final Selling NOTHING = new Selling(MarkupRules.NONE, BundleRules.NONE, VolumeRules.NONE);

    /** Whether a plan is one that any of them names; null is none, which everybody may have. Allocates nothing. */
    boolean names(@Nullable String plan) {
        return plan == null || markups.names(plan) || bundles.names(plan) || volumes.names(plan);
    }

    /** The plans that any of them names. */
    Set<String> plans() {
        Set<String> plans = new TreeSet<>(markups.plans());
        plans.addAll(bundles.plans());
        plans.addAll(volumes.plans());
        return plans;
    }
}
