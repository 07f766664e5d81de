package tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * What to ask of an upstream.
 *
 * @param method its method
 * @param target path and query, put behind the path of the upstream's base URL
 * @param headers fields without framing and {@code Host}
 * @param body the whole body, possibly empty; the pool takes ownership
 */
public record UpstreamRequest(HttpMethod method, String target, HttpHeaders headers, ByteBuf body) {}
