package tollgate.embedded;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A primary, its replica and three sentinels that watch over both, as processes of this machine. */
public final class SentinelFleet implements AutoCloseable {
    private static final String SAFE =
            "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nrepl-diskless-sync-delay 0\n";

    public final RedisProcess primary;
    public final RedisProcess replica;
    private final List<RedisProcess> sentinels = new ArrayList<>();

    public SentinelFleet(Path folder) throws Exception {
        primary = RedisProcess.start(Files.createDirectory(folder.resolve("primary")), SAFE);
        replica = RedisProcess.start(
                Files.createDirectory(folder.resolve("replica")), SAFE + "replicaof 127.0.0.1 " + primary.port());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> asked(replica, redis -> redis.info("replication")).contains("master_link_status:up"));
        for (int i = 0; i < 3; i++) {
            sentinels.add(RedisProcess.sentinel(
                    Files.createDirectory(folder.resolve("sentinel" + i)),
                    "sentinel monitor tollgate 127.0.0.1 " + primary.port() + " 2\n"
                            + "sentinel down-after-milliseconds tollgate 1000\n"
                            + "sentinel failover-timeout tollgate 5000\n"));
        }
        // each has to know the replica and the others before it can vote
        await().atMost(Duration.ofSeconds(30))
                .until(() -> sentinels.stream()
                        .allMatch(each -> says(each, "num-other-sentinels").equals("2")
                                && says(each, "num-slaves").equals("1")));
    }

    private static String says(RedisProcess sentinel, String what) {
        try (RedisClient client = RedisClient.create();
                var connection = client.connectSentinel(RedisURI.create("127.0.0.1", sentinel.port()))) {
            return connection.sync().master("tollgate").getOrDefault(what, "");
        }
    }

    /** Has the sentinels make the replica the primary. */
    public void failOver() {
        try (RedisClient client = RedisClient.create();
                var connection = client.connectSentinel(
                        RedisURI.create("127.0.0.1", sentinels.getFirst().port()))) {
            connection.sync().failover("tollgate");
        }
    }

    /** Asks one of the servers. */
    public static <T> T asked(RedisProcess server, Function<RedisCommands<String, String>, T> question) {
        try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
                var connection = client.connect()) {
            return question.apply(connection.sync());
        }
    }

    /** What a gateway is told. */
    public String url() {
        return "redis-sentinel://"
                + sentinels.stream().map(each -> "127.0.0.1:" + each.port()).collect(Collectors.joining(","))
                + "#tollgate";
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        replica.close();
        primary.close();
    }
}
