/**
 * Usage × rate card → exact money. Pure Java: no network, no clock, no framework; every class is immutable and safe
 * to share between threads.
 */
@NullMarked
package tollgate.pricing;

import org.jspecify.annotations.NullMarked;
