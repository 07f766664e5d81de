package tollgate.wallet;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the money is: one Redis, one of several that sentinels watch over, or a cluster. Immutable; knows a password that
 * {@link #toString} does not tell.
 *
 * <p>{@code redis[s]://[user:password@]host[:port][/database]},
 * {@code redis[s]-sentinel://[user:password@]host[:port],…[/database]#master},
 * {@code redis[s]-cluster://[user:password@]host[:port],…}; user and password percent-encoded.
 */
public final class RedisAddress {
    private static final Pattern FORM = Pattern.compile(
            "(?<scheme>rediss?)(?<kind>|-sentinel|-cluster)://(?:(?<who>[^@/]*)@)?(?<hosts>[^@/?#]+)(?:/(?<db>\\d*))?"
                    + "(?:#(?<master>[\\w.-]+))?");
    private static final Pattern HOST = Pattern.compile("(?<host>\\[[0-9a-fA-F:.]+]|[\\w.-]+)(?::(?<port>\\d{1,5}))?");
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final String FORMS = "redis://host:port, redis-sentinel://host:port,…#master or"
            + " redis-cluster://host:port,…, each with rediss for TLS";

    private final Kind kind;
    private final List<Node> nodes;
    private final RedisURI like;
    private final String master;
    private final @Nullable Path caFile;
    private final @Nullable RedisURI sentinels;

    private RedisAddress(
            Kind kind,
            List<Node> nodes,
            RedisURI like,
            String master,
            @Nullable Path caFile,
            @Nullable RedisURI sentinels) {
        this.kind = kind;
        this.nodes = List.copyOf(nodes);
        this.like = like;
        this.master = master;
        this.caFile = caFile;
        this.sentinels = sentinels;
    }

    /** How many servers there are, and who says which takes writes. */
    enum Kind {
        STANDALONE,
        SENTINEL,
        CLUSTER
    }

    /** Reads an address whose server's certificate, if it has one, is of an authority that this machine trusts. */
    public static RedisAddress parse(String url) {
        return parse(url, null);
    }

    /**
     * Reads an address.
     *
     * @param caFile certificates, as PEM, of the authorities to trust; null: those of the machine
     * @throws IllegalArgumentException where it is none; its message does not tell the password
     */
    public static RedisAddress parse(String url, @Nullable Path caFile) {
        Matcher form = FORM.matcher(url);
        if (!form.matches()) {
            throw wrong(url, FORMS);
        }
        Kind kind = form.group("kind").isEmpty()
                ? Kind.STANDALONE
                : form.group("kind").equals("-sentinel") ? Kind.SENTINEL : Kind.CLUSTER;
        String database = form.group("db") == null ? "" : form.group("db");
        String master = form.group("master") == null ? "" : form.group("master");
        boolean tls = form.group("scheme").equals("rediss");
        List<Node> nodes = nodes(url, form.group("hosts"), kind);
        if (kind == Kind.STANDALONE && nodes.size() > 1) {
            throw wrong(url, "one host; several are redis-sentinel://…#master or redis-cluster://…");
        }
        if ((kind == Kind.SENTINEL) == master.isEmpty()) {
            throw wrong(url, "#master, the name that sentinels know it by, after redis-sentinel://… and only there");
        }
        if (kind == Kind.CLUSTER && !database.isEmpty() && !database.equals("0")) {
            throw wrong(url, "no database: a cluster has one");
        }
        if (caFile != null && !tls) {
            throw new IllegalArgumentException("redis.ca_file: '" + caFile + "' (expected: a url of rediss…)");
        }
        RedisURI.Builder like = RedisURI.builder()
                .withHost(nodes.getFirst().host())
                .withPort(nodes.getFirst().port())
                .withTimeout(CONNECT)
                .withSsl(tls)
                .withVerifyPeer(SslVerifyMode.FULL)
                .withDatabase(database.isEmpty() ? 0 : Integer.parseInt(database));
        authenticated(like, form.group("who"));
        return new RedisAddress(kind, nodes, like.build(), master, caFile, null);
    }

    /**
     * The same, whose sentinels are asked by a user of theirs: not the one of the servers, which they do not know.
     *
     * @param user empty: the one that needs no name
     */
    public RedisAddress askingSentinelsAs(String user, String password) {
        RedisURI.Builder who = RedisURI.builder().withHost(like.getHost()).withPort(like.getPort());
        if (user.isEmpty()) {
            who.withPassword(password.toCharArray());
        } else {
            who.withAuthentication(user, password.toCharArray());
        }
        return new RedisAddress(kind, nodes, like, master, caFile, who.build());
    }

    private static List<Node> nodes(String url, String hosts, Kind kind) {
        List<Node> nodes = new ArrayList<>();
        for (String each : hosts.split(",", -1)) {
            Matcher host = HOST.matcher(each);
            if (!host.matches()) {
                throw wrong(url, FORMS);
            }
            String port = host.group("port");
            int usual = kind == Kind.SENTINEL ? SENTINEL_PORT : PORT;
            nodes.add(Node.of(host.group("host") + ":" + (port == null ? usual : Integer.parseInt(port))));
        }
        return nodes;
    }

    private static void authenticated(RedisURI.Builder like, @Nullable String who) {
        if (who == null || who.isEmpty()) {
            return;
        }
        int colon = who.indexOf(':');
        String user = decoded(colon < 0 ? "" : who.substring(0, colon));
        char[] password = decoded(who.substring(colon + 1)).toCharArray();
        if (user.isEmpty()) {
            like.withPassword(password);
        } else {
            like.withAuthentication(user, password);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException wrong(String url, String expected) {
        return new IllegalArgumentException(
                "redis.url: '" + url.replaceFirst("^.*@", "…@") + "' (expected: " + expected + ")");
    }

    Kind kind() {
        return kind;
    }

    /** The server itself, sentinels, or some of a cluster. */
    List<Node> nodes() {
        return nodes;
    }

    /** What sentinels call it. */
    String master() {
        return master;
    }

    /** How a server that keeps money is reached. */
    RedisURI uri(Node node) {
        return RedisURI.builder(like)
                .withHost(node.host())
                .withPort(node.port())
                .build();
    }

    /** How a sentinel is reached, which knows no users of the servers. */
    RedisURI sentinel(Node node) {
        RedisURI.Builder who = sentinels == null ? RedisURI.builder() : RedisURI.builder(sentinels);
        return who.withHost(node.host())
                .withPort(node.port())
                .withTimeout(CONNECT)
                .withSsl(like.isSsl())
                .withVerifyPeer(SslVerifyMode.FULL)
                .build();
    }

    /** Options that every client begins with. */
    ClientOptions.Builder options() {
        SslOptions.Builder tls = SslOptions.builder().jdkSslProvider();
        if (caFile != null) {
            tls.trustManager(caFile.toFile());
        }
        return ClientOptions.builder()
                .sslOptions(tls.build())
                .socketOptions(SocketOptions.builder().connectTimeout(CONNECT).build())
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
    }

    @Override
    public String toString() {
        return kind + " " + nodes + (master.isEmpty() ? "" : " of " + master);
    }
}
