/** OpenAI's interfaces, as OpenAI and the many that copy it speak it. */
@NullMarked
package tollgate.dialect.openai;

import org.jspecify.annotations.NullMarked;
