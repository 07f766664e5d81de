/** What an installation on one machine brings along: a real redis-server as a child, and the lock on its folder. */
@NullMarked
package tollgate.embedded;

import org.jspecify.annotations.NullMarked;
