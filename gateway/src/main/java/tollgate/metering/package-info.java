/**
 * What an exchange costs: how much to hold before it runs, what has been consumed so far, and who pays what when it is
 * over. Also the life of a hold as a pure state machine.
 *
 * <p>Nothing here does I/O, waits or reads a clock; all of it may run on an event loop.
 */
@NullMarked
package tollgate.metering;

import org.jspecify.annotations.NullMarked;
