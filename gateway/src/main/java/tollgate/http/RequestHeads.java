package tollgate.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks what Netty parsed of a request's head, and gives it the shape the gateway works with. */
final class RequestHeads {
    private static final List<String> SCHEMES = List.of("http://", "https://");

    private RequestHeads() {}

    /** The head of an HTTP/1 request; its headers still hold the hop-by-hop ones. */
    static RequestHead of(HttpRequest request) {
        refuseUnparsed(request.decoderResult());
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            throw new FramingException(505, "the version is neither HTTP/1.1 nor HTTP/1.0");
        }
        HttpHeaders headers = request.headers();
        boolean http11 = version.equals(HttpVersion.HTTP_1_1);
        checkHost(headers.getAll(HttpHeaderNames.HOST), http11);
        return head(
                request.method(),
                originForm(request.uri(), request.method()),
                headers,
                http11 ? Protocol.HTTP_1_1 : Protocol.HTTP_1_0,
                BodyFraming.contentLength(headers),
                http11 && expectsContinue(headers));
    }

    /** The framing of that request's body. */
    static BodyFraming framing(HttpRequest request) {
        return BodyFraming.ofRequest(request.protocolVersion(), request.headers());
    }

    /** A head from a target in origin form. */
    static RequestHead head(
            HttpMethod method,
            String target,
            HttpHeaders headers,
            Protocol protocol,
            long contentLength,
            boolean expectsContinue) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
                throw new FramingException("the request target holds a character that belongs in no URL");
            }
        }
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        @Nullable String query = mark < 0 ? null : target.substring(mark + 1);
        return new RequestHead(method, path, query, headers, protocol, contentLength, expectsContinue);
    }

    private static void refuseUnparsed(DecoderResult result) {
        if (result.isSuccess()) {
            return;
        }
        Throwable cause = result.cause();
        if (cause instanceof FramingException broken) {
            throw broken;
        }
        if (cause instanceof TooLongHttpLineException) {
            throw new FramingException(414, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            throw new FramingException(431, "the request's head is too large");
        }
        throw new FramingException("the request's head is not well formed");
    }

    /**
     * Takes what names us for no more than a host and a port.
     *
     * @throws FramingException where it is something else, is missing though required, or comes twice
     */
    static void checkHost(List<String> hosts, boolean required) {
        if (hosts.size() > 1 || (hosts.isEmpty() && required)) {
            throw new FramingException("there must be exactly one Host");
        }
        if (!hosts.isEmpty()) {
            String host = hosts.getFirst();
            for (int i = 0; i < host.length(); i++) {
                char c = host.charAt(i);
                if (c <= ' ' || c >= 0x7f || c == '/' || c == '@' || c == '?' || c == '#' || c == '\\' || c == ',') {
                    throw new FramingException("Host is not a host");
                }
            }
        }
    }

    /** Absolute form is accepted and made origin form (RFC 9112 §3.2.2); we serve every host alike. */
    private static String originForm(String target, HttpMethod method) {
        if (target.startsWith("/")) {
            return target;
        }
        if (target.equals("*")) {
            if (!method.equals(HttpMethod.OPTIONS)) {
                throw new FramingException("the request target * is for OPTIONS alone");
            }
            return target;
        }
        int authority = SCHEMES.stream()
                .filter(scheme -> target.regionMatches(true, 0, scheme, 0, scheme.length()))
                .mapToInt(String::length)
                .findFirst()
                .orElseThrow(() -> new FramingException("the request target is neither a path nor a URL"));
        int path = authority;
        while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
            path++;
        }
        if (path == authority) {
            throw new FramingException("the request target is a URL without a host");
        }
        checkHost(List.of(target.substring(authority, path)), true);
        String rest = target.substring(path);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private static boolean expectsContinue(HttpHeaders headers) {
        String expected = headers.get(HttpHeaderNames.EXPECT);
        if (expected == null) {
            return false;
        }
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
            throw new FramingException(417, "nothing but 100-continue can be expected");
        }
        return true;
    }
}
