package tollgate.wallet;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What sentinels say. All are asked, and the one with the latest election is believed: a sentinel that was cut off may
 * still name the primary of before.
 */
final class SentinelView implements View {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final RedisAddress address;
    private final RedisClient client;
    private final Map<Node, StatefulRedisSentinelConnection<String, String>> connections = new HashMap<>();
    private long latest = -1;

    SentinelView(RedisAddress address, RedisClient client) {
        this.address = address;
        this.client = client;
    }

    @Override
    public Node @Nullable [] look() {
        Node found = null;
        for (Node sentinel : address.nodes()) {
            try {
                Map<String, String> says = connected(sentinel).sync().master(address.master());
                long election = Long.parseLong(says.getOrDefault("config-epoch", "0"));
                String ip = says.get("ip");
                String port = says.get("port");
                if (election >= latest && ip != null && port != null) {
                    found = election > latest || found == null ? new Node(ip, Integer.parseInt(port)) : found;
                    latest = election;
                }
            } catch (RedisException away) {
                StatefulRedisSentinelConnection<String, String> dead = connections.remove(sentinel);
                if (dead != null) {
                    dead.closeAsync();
                }
            }
        }
        return found == null ? null : new Node[] {found};
    }

    private StatefulRedisSentinelConnection<String, String> connected(Node sentinel) {
        StatefulRedisSentinelConnection<String, String> known = connections.get(sentinel);
        if (known != null && known.isOpen()) {
            return known;
        }
        StatefulRedisSentinelConnection<String, String> fresh =
                client.connectSentinel(StringCodec.UTF8, address.sentinel(sentinel));
        fresh.setTimeout(PATIENCE);
        connections.put(sentinel, fresh);
        return fresh;
    }

    @Override
    public void close() {
        connections.values().forEach(StatefulRedisSentinelConnection::closeAsync);
        connections.clear();
    }
}
