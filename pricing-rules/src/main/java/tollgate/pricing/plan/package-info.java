/**
 * What an operator sells on top of the cost: markups for customers, plans and models, volume tiers, free quotas, bundles,
 * promotional credit. Pure: what was already used in a period comes in as an argument, and what is used comes out; the
 * counters live with the wallet.
 */
@NullMarked
package tollgate.pricing.plan;

import org.jspecify.annotations.NullMarked;
