/**
 * The exchange: identify, read, hold, relay, settle, announce.
 *
 * <p>Everything of one exchange runs on one event loop; nothing here blocks.
 */
@NullMarked
package tollgate.proxy;

import org.jspecify.annotations.NullMarked;
