/** The control plane: the API that the command line and operators use. Plain blocking code on virtual threads. */
@NullMarked
package tollgate.admin;

import org.jspecify.annotations.NullMarked;
