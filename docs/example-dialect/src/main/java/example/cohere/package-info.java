/**
 * A dialect that is not the gateway's own: Cohere's chat, version 2 (docs.cohere.com/reference/chat). On the class path beside
 * {@code tollgate.jar} it is there as {@code dialect: cohere}.
 */
@NullMarked
package example.cohere;

import org.jspecify.annotations.NullMarked;
