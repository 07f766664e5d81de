/** Azure's way of serving OpenAI's language: by deployments, with versions in the query. */
@NullMarked
package tollgate.dialect.azure;

import org.jspecify.annotations.NullMarked;
