/** What an operator writes: read, expanded, checked, with every complaint naming its line. */
@NullMarked
package tollgate.config;

import org.jspecify.annotations.NullMarked;
