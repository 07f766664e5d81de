/**
 * Listeners, strict framing of HTTP/1.1 and HTTP/2, and upstream connections. Knows no dialect and no money.
 *
 * <p>Heads are parsed by Netty's codecs with strict settings; bodies pass as the slices that arrived, uncopied, with
 * their transfer framing taken off. What one side framed is never forwarded: the other side's framing is written anew.
 */
@NullMarked
package tollgate.http;

import org.jspecify.annotations.NullMarked;
