/** The managing commands: clients of a running gateway's control plane. */
@NullMarked
package tollgate.cli;

import org.jspecify.annotations.NullMarked;
