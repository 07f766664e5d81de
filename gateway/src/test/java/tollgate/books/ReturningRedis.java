package tollgate.books;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import tollgate.embedded.RedisProcess;

/** How the Redis of a dead gateway comes back. */
enum ReturningRedis {
    /** As it was. */
    RESTARTED,
    /** With nothing. */
    EMPTIED,
    /** With its files of some time ago. */
    ROLLED_BACK,
    /** With the keys of some time ago under a server that went on. */
    SET_BACK,
    /** As a replica that was behind. */
    PROMOTED;

    static final String DISK = "appendonly yes\nappendfsync always\nauto-aof-rewrite-percentage 0";

    /** Whether a recovery has to take this step then. */
    boolean takes(RecoveryStep step) {
        return switch (step) {
            case CLOSED -> this == SET_BACK;
            case LINE_INTENDED -> this == EMPTIED;
            case PART_BOOKED_AGAIN, BOOKED_AGAIN, REREAD -> this != RESTARTED;
            default -> true;
        };
    }

    /** Starts it beside a copy of what the gateway left. */
    RedisProcess of(DeadGateway dead, Path copy) throws Exception {
        return switch (this) {
            case RESTARTED -> RedisProcess.start(dead.redisNow(copy), DISK);
            case EMPTIED -> RedisProcess.start(Files.createDirectory(copy.resolve("empty")), DISK);
            case ROLLED_BACK -> RedisProcess.start(dead.redisThen(copy), DISK);
            case SET_BACK -> setBack(RedisProcess.start(dead.redisThen(copy), DISK));
            case PROMOTED -> promoted(RedisProcess.start(dead.redisThen(copy), DISK), copy);
        };
    }

    private static RedisProcess setBack(RedisProcess redis) {
        try (RedisClient client = RedisClient.create(url(redis));
                var connection = client.connect()) {
            String run = connection
                    .sync()
                    .info("replication")
                    .lines()
                    .filter(line -> line.startsWith("master_replid:"))
                    .map(line -> line.substring("master_replid:".length()).strip())
                    .findFirst()
                    .orElseThrow();
            connection.sync().keys("{s*}:m").forEach(meta -> connection.sync().hset(meta, "run", run));
        }
        return redis;
    }

    private static RedisProcess promoted(RedisProcess primary, Path copy) throws Exception {
        RedisProcess replica = RedisProcess.start(
                Files.createDirectory(copy.resolve("replica")), DISK + "\nreplicaof 127.0.0.1 " + primary.port());
        try (RedisClient client = RedisClient.create(url(replica));
                var connection = client.connect()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> connection.sync().info("replication").contains("master_link_status:up"));
            primary.kill();
            connection.sync().replicaofNoOne();
        }
        return replica;
    }

    static String url(RedisProcess redis) {
        return "redis://127.0.0.1:" + redis.port();
    }
}
