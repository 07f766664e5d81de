package tollgate.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Heads between HTTP/2's form and the gateway's (RFC 9113 §8). Stateless. */
final class Http2Heads {
    private static final List<String> OF_CONNECTIONS =
            List.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

    private Http2Heads() {}

    /**
     * The head of a request.
     *
     * @param endless no body follows
     * @throws FramingException where it is malformed (RFC 9113 §8.1.1)
     */
    static RequestHead request(Http2Headers from, boolean endless) {
        String method = one(from, Http2Headers.PseudoHeaderName.METHOD);
        String path = one(from, Http2Headers.PseudoHeaderName.PATH);
        one(from, Http2Headers.PseudoHeaderName.SCHEME);
        if (!path.startsWith("/") && !path.equals("*")) {
            throw new FramingException(":path is not a path");
        }
        HttpHeaders headers = fields(from);
        checkAuthority(from, headers);
        for (String te : headers.getAll(HttpHeaderNames.TE)) {
            if (!te.equalsIgnoreCase("trailers")) {
                throw new FramingException("TE is not trailers");
            }
        }
        long length = BodyFraming.contentLength(headers);
        if (endless && length > 0) {
            throw new FramingException("a body was announced and none follows");
        }
        HopByHop.strip(headers);
        String expected = headers.get(HttpHeaderNames.EXPECT);
        boolean expects = expected != null && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected);
        return RequestHeads.head(
                HttpMethod.valueOf(method), path, headers, Protocol.HTTP_2, endless ? 0 : length, expects);
    }

    private static String one(Http2Headers from, Http2Headers.PseudoHeaderName name) {
        List<CharSequence> values = from.getAll(name.value());
        if (values.size() != 1 || values.getFirst().isEmpty()) {
            throw new FramingException(name.value() + " must be given once");
        }
        return values.getFirst().toString();
    }

    private static HttpHeaders fields(Http2Headers from) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            String name = field.getKey().toString();
            if (name.startsWith(":")) {
                continue;
            }
            if (OF_CONNECTIONS.contains(name) || !name.equals(name.toLowerCase(Locale.ROOT))) {
                throw new FramingException(name + " has no place in HTTP/2");
            }
            try {
                headers.add(name, field.getValue().toString());
            } catch (IllegalArgumentException forbidden) {
                throw new FramingException("a field holds a character that belongs in none");
            }
        }
        return headers;
    }

    private static void checkAuthority(Http2Headers from, HttpHeaders headers) {
        List<CharSequence> authorities = from.getAll(Http2Headers.PseudoHeaderName.AUTHORITY.value());
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (authorities.size() > 1 || hosts.size() > 1 || authorities.size() + hosts.size() == 0) {
            throw new FramingException("there must be exactly one host");
        }
        RequestHeads.checkHost(hosts, false);
        if (!authorities.isEmpty()) {
            String authority = authorities.getFirst().toString();
            RequestHeads.checkHost(List.of(authority), true);
            if (!hosts.isEmpty() && !hosts.getFirst().equalsIgnoreCase(authority)) {
                throw new FramingException(":authority and host differ");
            }
            headers.set(HttpHeaderNames.HOST, authority);
        }
    }

    /** The head of an answer. */
    static Http2Headers answer(int status, HttpHeaders from, long contentLength) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        headers.status(AsciiString.of(Integer.toString(status)));
        copy(from, headers);
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        if (contentLength >= 0 && status != 204) {
            headers.setLong(HttpHeaderNames.CONTENT_LENGTH, contentLength);
        }
        return headers;
    }

    /** Trailers; null where there are none. */
    static @Nullable Http2Headers trailers(@Nullable HttpHeaders from) {
        if (from == null || from.isEmpty()) {
            return null;
        }
        Http2Headers headers = new DefaultHttp2Headers(false);
        copy(from, headers);
        return headers;
    }

    private static void copy(HttpHeaders from, Http2Headers to) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (!OF_CONNECTIONS.contains(name.toString())) {
                to.add(name, field.getValue());
            }
        }
    }
}
