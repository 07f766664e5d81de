/** What a key holder may ask about its own wallet and exchanges: pure answers, on threads that may block. */
@NullMarked
package tollgate.account;

import org.jspecify.annotations.NullMarked;
