/** JSON as every dialect reads it: requests whole and strictly, answers byte by byte. No dialect's words are here. */
@NullMarked
package tollgate.dialect.json;

import org.jspecify.annotations.NullMarked;
