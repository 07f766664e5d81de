/** Looks at what a gateway would work on, and says what would lose money or keep it from serving. Changes nothing. */
@NullMarked
package tollgate.doctor;

import org.jspecify.annotations.NullMarked;
