package tollgate.dialect.gemini;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Tells what anybody can read on the web from what an account keeps at Google (files, buckets). Stateless. */
final class PublicAddress {
    private PublicAddress() {}

    /** Whether it is a page of the web, and none of Google's own interfaces, which answer by the account that asks. */
    static boolean is(String address) {
        try {
            URI uri = new URI(address);
            String scheme = uri.getScheme();
            String host = uri.getHost();
            return scheme != null
                    && host != null
                    && uri.getUserInfo() == null
                    && (scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http"))
                    && !isGoogles(host.toLowerCase(Locale.ROOT));
        } catch (URISyntaxException notOne) {
            return false;
        }
    }

    private static boolean isGoogles(String host) {
        String plain = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return plain.endsWith("googleapis.com") || plain.endsWith("storage.cloud.google.com");
    }
}
