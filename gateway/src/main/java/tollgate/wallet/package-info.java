/**
 * The money in Redis: Lua scripts, the ports that call them, and what came of each call.
 *
 * <p>A script decides and writes atomically; Java only asks. Amounts travel as decimal strings of nano-dollars.
 */
@NullMarked
package tollgate.wallet;

import org.jspecify.annotations.NullMarked;
