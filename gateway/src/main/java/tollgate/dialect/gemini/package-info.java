/** Google's Gemini API: generating, embedding and counting, whole, as events or as one array. */
@NullMarked
package tollgate.dialect.gemini;

import org.jspecify.annotations.NullMarked;
