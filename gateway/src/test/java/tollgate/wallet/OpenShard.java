package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import tollgate.embedded.RedisChild;
import tollgate.pricing.Usd;

/** A real redis-server with one open shard, to the scripts' port and to whoever looks behind it. */
final class OpenShard implements AutoCloseable {
    final ShardWatch watch = new ShardWatch();
    final ControlPort control;
    final StatefulRedisConnection<String, String> connection;
    final RedisCommands<String, String> raw;
    final RedisChild redis;
    private final RedisClient client;

    /**
     * Starts a server and opens the shard.
     *
     * @param maxOverrun how far the overruns of a wallet may go before it freezes
     */
    OpenShard(Path folder, int shard, Usd maxOverrun) throws IOException {
        redis = RedisChild.start(folder.resolve("redis"));
        control = ControlPort.connect(redis.url(), watch, maxOverrun);
        assertThat(control.fence(shard, new Fence(true, "line", 1, 0, 0, Duration.ZERO, Duration.ZERO)))
                .isEqualTo(new FenceResult.Opened(1, 0));
        watch.ready(shard, 1, 0);
        watch.open(shard);
        client = RedisClient.create(RedisURI.create(redis.url()));
        connection = client.connect();
        raw = connection.sync();
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
        control.close();
        redis.close();
    }
}
