/** Reads YAML, and the JSON within it, to nodes that keep their lines; what could hurt the reader is refused by its line. */
@NullMarked
package tollgate.pricing.yaml;

import org.jspecify.annotations.NullMarked;
