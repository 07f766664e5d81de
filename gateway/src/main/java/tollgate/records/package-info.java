/**
 * The books in SQL: who there is, what every wallet's ledger says, what every exchange was.
 *
 * <p>Plain blocking code for background threads and the control plane; nothing on the hot path comes here.
 */
@NullMarked
package tollgate.records;

import org.jspecify.annotations.NullMarked;
