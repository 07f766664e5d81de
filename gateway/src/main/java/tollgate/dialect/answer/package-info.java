/**
 * Answers as they stream by, in any dialect: server-sent events and whole documents, what may leave, what was said. What
 * a document means is its dialect's {@link tollgate.dialect.answer.AnswerDocument}.
 */
@NullMarked
package tollgate.dialect.answer;

import org.jspecify.annotations.NullMarked;
