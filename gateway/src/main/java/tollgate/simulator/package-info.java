/**
 * A sandbox provider: speaks OpenAI's Chat Completions and Anthropic's Messages faithfully, echoes and counts, and can be told to misbehave.
 *
 * <p>It knows nothing of money and never pretends to think. Everything it answers follows from the request, so the same
 * request gets the same bytes.
 */
@NullMarked
package tollgate.simulator;

import org.jspecify.annotations.NullMarked;
