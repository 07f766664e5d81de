/**
 * What keeps wallet and records equal: drain, replay, reaper, recovery, verification.
 *
 * <p>One background thread for each gateway; nothing here is on the hot path.
 */
@NullMarked
package tollgate.books;

import org.jspecify.annotations.NullMarked;
