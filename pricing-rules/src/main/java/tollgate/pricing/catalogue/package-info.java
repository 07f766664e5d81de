/**
 * Public price catalogues, read into rate cards: figures and names as the catalogue has them, and a report of whatever a
 * card cannot say. Pure: text in, text out.
 */
@NullMarked
package tollgate.pricing.catalogue;

import org.jspecify.annotations.NullMarked;
