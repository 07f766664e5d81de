/**
 * The crash-safe local record of open and settled exchanges.
 *
 * <p>A killed process loses nothing that was written here: segments and meter slots are memory-mapped files, filled with
 * zeros and forced to disk before their first use, so that a store into them can neither fail for want of space nor be
 * lost with the process.
 */
@NullMarked
package tollgate.journal;

import org.jspecify.annotations.NullMarked;
