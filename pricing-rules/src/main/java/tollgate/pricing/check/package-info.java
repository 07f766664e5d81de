/**
 * Looks over rate cards as they are written, line by line: what contradicts, is missing, is old or looks like a slip, and
 * what changed between two files. Pure: text in, findings out.
 */
@NullMarked
package tollgate.pricing.check;

import org.jspecify.annotations.NullMarked;
