package tollgate.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * The head of a well-formed request.
 *
 * @param method its method
 * @param path its path as sent, undecoded, without query
 * @param query what followed the question mark, undecoded; null where there was none
 * @param headers its fields without the hop-by-hop ones
 * @param protocol the version of HTTP spoken
 * @param contentLength bytes of the body; -1 where not declared
 * @param expectsContinue the client waits for a {@code 100 Continue} before it sends the body
 */
public record RequestHead(
        HttpMethod method,
        String path,
        @Nullable String query,
        HttpHeaders headers,
        Protocol protocol,
        long contentLength,
        boolean expectsContinue) {}
