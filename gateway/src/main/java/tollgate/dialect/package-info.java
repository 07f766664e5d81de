/**
 * Provider wire languages: bytes to meaning and back, per provider family.
 *
 * <p>A dialect reads a request whole, reads an answer as it streams by, says what to announce and how a refusal looks.
 * Plain objects and buffers: nothing here knows a channel, a wallet or a price.
 */
@NullMarked
package tollgate.dialect;

import org.jspecify.annotations.NullMarked;
