/** Ollama's own language: models on one's own machines, answers on lines. */
@NullMarked
package tollgate.dialect.ollama;

import org.jspecify.annotations.NullMarked;
