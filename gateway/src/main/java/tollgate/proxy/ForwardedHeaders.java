package tollgate.proxy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Announcement;
import tollgate.dialect.Dialect;

/** Which header fields go through us, and which do not (design §4.2). Hop-by-hop ones never get here. Stateless. */
final class ForwardedHeaders {
    private static final Set<String> NOT_UPSTREAM = Set.of(
            "host",
            "content-length",
            "content-encoding",
            "expect",
            "accept-encoding",
            "authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "cookie",
            "forwarded",
            "x-real-ip",
            "via",
            "openai-organization",
            "openai-project",
            "anthropic-organization-id",
            "anthropic-workspace-id",
            "idempotency-key",
            // who signed for AWS, with what: it is signed anew
            "x-amz-date",
            "x-amz-security-token",
            "x-amz-content-sha256",
            // Google's: an answer without its usage, another method than the one that is read
            "x-goog-fieldmask",
            "x-http-method-override",
            "x-goog-encode-response-if-executable");

    private static final Set<String> NOT_DOWNSTREAM = Set.of(
            "content-length",
            "date",
            "set-cookie",
            "alt-svc",
            "strict-transport-security",
            "openai-organization",
            "openai-project",
            "anthropic-organization-id",
            "anthropic-workspace-id",
            "server",
            "via");

    private static final Set<String> ONLY_ON_ERRORS = Set.of("retry-after", "retry-after-ms", "x-should-retry");

    private ForwardedHeaders() {}

    /** The name of the first field that may not go to an upstream of a dialect; null where all may. */
    static @Nullable String strange(Dialect dialect, HttpHeaders client) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = client.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            String name = field.getKey().toString().toLowerCase(Locale.ROOT);
            if (!dialect.takesField(name, field.getValue().toString())) {
                return name;
            }
        }
        return null;
    }

    /** The head of a request as it goes upstream, less who asks. */
    static HttpHeaders upstream(HttpHeaders client, boolean stream) {
        HttpHeaders forwarded = new DefaultHttpHeaders();
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = client.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            String name = field.getKey().toString().toLowerCase(Locale.ROOT);
            if (!NOT_UPSTREAM.contains(name) && !name.startsWith("x-forwarded-") && !Announcement.isOurs(name)) {
                forwarded.add(field.getKey(), field.getValue());
            }
        }
        forwarded.set(HttpHeaderNames.ACCEPT_ENCODING, encodings(client, stream));
        return forwarded;
    }

    /** Streams are not to be compressed; of whole answers we decode gzip. */
    private static String encodings(HttpHeaders client, boolean stream) {
        boolean gzip = !stream && client.containsValue(HttpHeaderNames.ACCEPT_ENCODING, "gzip", true);
        return gzip ? "gzip" : "identity";
    }

    /** The head of an answer as it goes to the client, framing left out. */
    static HttpHeaders downstream(HttpHeaders upstream, int status) {
        HttpHeaders forwarded = new DefaultHttpHeaders();
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = upstream.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            if (passesDownstream(field.getKey().toString().toLowerCase(Locale.ROOT), status)) {
                forwarded.add(field.getKey(), field.getValue());
            }
        }
        return forwarded;
    }

    /** Copies what an upstream's error says about trying again. */
    static void retryAdvice(HttpHeaders downstream, HttpHeaders to) {
        for (String name : ONLY_ON_ERRORS) {
            if (downstream.contains(name)) {
                to.set(name, downstream.getAll(name));
            }
        }
    }

    private static boolean passesDownstream(String name, int status) {
        if (ONLY_ON_ERRORS.contains(name)) {
            return status >= 400;
        }
        return !NOT_DOWNSTREAM.contains(name)
                && !name.contains("ratelimit")
                && !name.startsWith("anthropic-priority-")
                && !name.startsWith("access-control-")
                && !Announcement.isOurs(name);
    }
}
