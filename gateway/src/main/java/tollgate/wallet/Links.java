package tollgate.wallet;

import io.lettuce.core.RedisClient;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Connections for whoever may block, one to each server. Thread-safe. */
final class Links implements AutoCloseable {
    private final RedisAddress address;
    private final RedisClient client;
    private final ConcurrentHashMap<Node, Link> links = new ConcurrentHashMap<>();

    Links(RedisAddress address, RedisClient client) {
        this.address = address;
        this.client = client;
    }

    /** The connection to a server; it is opened when it is first used. */
    Link to(Node node) {
        return links.computeIfAbsent(node, one -> new Link(client, address.uri(one)));
    }

    /** Closes those that nobody needs by now. */
    void keepOnly(Set<Node> needed) {
        links.forEach((node, link) -> {
            if (!needed.contains(node) && links.remove(node, link)) {
                link.close();
            }
        });
    }

    @Override
    public void close() {
        links.values().forEach(Link::close);
    }
}
