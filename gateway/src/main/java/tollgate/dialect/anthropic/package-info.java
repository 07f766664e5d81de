/** Anthropic's Messages, and the counting of their tokens. */
@NullMarked
package tollgate.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
