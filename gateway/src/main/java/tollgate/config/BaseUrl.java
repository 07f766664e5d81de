package tollgate.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;

/**
 * Where an upstream is, as configured. Nothing that a client sends can name a host, and no redirection is followed: the only
 * hosts that are ever asked stand here. Those that a cloud hands its machines' credentials out at are meant by nobody who
 * does not say so. Stateless.
 */
final class BaseUrl {
    private static final String FORM = "https://host or http://127.0.0.1:port";

    /** Names and addresses at which clouds tell machines who they are. */
    private static final Set<String> METADATA = Set.of(
            "metadata",
            "metadata.google.internal",
            "metadata.goog",
            "metadata.azure.internal",
            "instance-data",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "[fd00:ec2::254]");

    private BaseUrl() {}

    static URI read(Section one) {
        String text = one.text("base_url", "");
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException wrong) {
            throw one.invalid("base_url", shown(text), FORM);
        }
        boolean plain = "http".equals(url.getScheme());
        if (url.getHost() == null || !(plain || "https".equals(url.getScheme()))) {
            throw one.invalid("base_url", shown(text), FORM);
        }
        if (url.getRawUserInfo() != null) {
            throw one.invalid("base_url", shown(text), "no user or password in it: use api_key");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw one.invalid("base_url", text, "nothing behind its path");
        }
        if (plain && !one.flag("insecure", false) && !literal(url.getHost(), InetAddress::isLoopbackAddress)) {
            throw one.invalid("base_url", text, "https, or insecure: true: keys and prompts would pass unencrypted");
        }
        if (!one.flag("link_local", false) && ofTheMachine(url.getHost())) {
            throw one.invalid(
                    "base_url", text, "no address at which machines are told their credentials, or link_local: true");
        }
        return url;
    }

    private static boolean ofTheMachine(String host) {
        return METADATA.contains(host.toLowerCase(Locale.ROOT))
                || literal(host, address -> address.isLinkLocalAddress() || address.isAnyLocalAddress());
    }

    /** What stands before the host may be a password. */
    private static String shown(String text) {
        return text.replaceFirst("//[^/]*@", "//…@");
    }

    private interface Kind {
        boolean is(InetAddress address);
    }

    private static boolean literal(String host, Kind kind) {
        try {
            return host.equals("localhost")
                    ? kind.is(InetAddress.getLoopbackAddress())
                    : host.matches("[0-9.]+|\\[.*]") && kind.is(InetAddress.getByName(host));
        } catch (UnknownHostException wrong) {
            return false;
        }
    }
}
