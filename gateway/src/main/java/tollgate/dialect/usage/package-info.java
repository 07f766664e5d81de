/**
 * Providers' usage objects, as they are on the wire, to disjoint classes of units. One reader a family, each a table of
 * fields; what is recognised is the fields, not the address it came from.
 */
@NullMarked
package tollgate.dialect.usage;

import org.jspecify.annotations.NullMarked;
