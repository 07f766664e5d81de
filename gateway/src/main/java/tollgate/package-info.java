/** The command line and the assembly: the only place that sees every room. */
@NullMarked
package tollgate;

import org.jspecify.annotations.NullMarked;
