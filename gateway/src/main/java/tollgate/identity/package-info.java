/**
 * Who asks: keys, and what each may do.
 *
 * <p>SQL is the source, a projection in Redis serves misses, and a local cache the rest; which is which is the
 * assembly's business, behind {@link tollgate.identity.KeySource}.
 */
@NullMarked
package tollgate.identity;

import org.jspecify.annotations.NullMarked;
