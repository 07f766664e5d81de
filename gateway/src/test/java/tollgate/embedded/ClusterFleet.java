package tollgate.embedded;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A cluster of three primaries, each with a replica if asked for, as processes of this machine. */
public final class ClusterFleet implements AutoCloseable {
    private static final String SAFE = """
            appendonly yes
            appendfsync everysec
            maxmemory-policy noeviction
            repl-diskless-sync-delay 0
            cluster-enabled yes
            cluster-node-timeout 2000
            cluster-require-full-coverage no
            cluster-config-file nodes-PORT.conf
            """;
    private static final int PRIMARIES = 3;
    private static final int MOST_BUS = 55_000;

    /** Three primaries, then their replicas. */
    private final List<RedisProcess> servers = new ArrayList<>();

    public ClusterFleet(Path folder, boolean replicas) throws Exception {
        for (int i = 0; i < (replicas ? 2 : 1) * PRIMARIES; i++) {
            servers.add(server(Files.createDirectory(folder.resolve("server" + i))));
        }
        String ids = "";
        for (int i = 0; i < PRIMARIES; i++) {
            int from = SlotHash.SLOT_COUNT * i / PRIMARIES;
            int to = SlotHash.SLOT_COUNT * (i + 1) / PRIMARIES;
            int epoch = i + 1;
            int[] slots = IntStream.range(from, to).toArray();
            ask(i, redis -> redis.clusterAddSlots(slots));
            ask(i, redis -> redis.clusterSetConfigEpoch(epoch));
            ids += ask(i, redis -> redis.clusterMyId()) + " ";
        }
        for (int i = 1; i < servers.size(); i++) {
            int first = servers.getFirst().port();
            ask(i, redis -> redis.clusterMeet("127.0.0.1", first));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> everybodyKnows(servers.size()));
        for (int i = PRIMARIES; i < servers.size(); i++) {
            String of = ids.split(" ", -1)[i - PRIMARIES];
            ask(i, redis -> redis.clusterReplicate(of));
        }
        await().atMost(Duration.ofSeconds(60)).until(this::isWell);
    }

    private static RedisProcess server(Path folder) throws Exception {
        RedisProcess server = RedisProcess.start(folder, SAFE);
        if (server.port() <= MOST_BUS) {
            return server;
        }
        // the bus is 10000 above, where there is no port
        server.close();
        return server(folder);
    }

    private boolean everybodyKnows(int count) {
        return servers.stream()
                .allMatch(each -> asked(each, redis -> redis.clusterInfo()).contains("cluster_known_nodes:" + count));
    }

    private boolean isWell() {
        return servers.stream().allMatch(each -> {
            String replication = asked(each, redis -> redis.info("replication"));
            return asked(each, redis -> redis.clusterInfo()).contains("cluster_state:ok")
                    && (replication.contains("role:master") || replication.contains("master_link_status:up"));
        });
    }

    /** A primary by its number. */
    public RedisProcess primary(int number) {
        return servers.get(number);
    }

    /** Its replica. */
    public RedisProcess replica(int number) {
        return servers.get(PRIMARIES + number);
    }

    /** Which of the servers has a shard, as they say. */
    public int ownerOf(int shard) {
        int slot = SlotHash.getSlot("s" + shard);
        for (int i = 0; i < servers.size(); i++) {
            try {
                if (ask(i, redis -> redis.clusterNodes())
                        .lines()
                        .filter(line -> line.contains("myself,master"))
                        .anyMatch(line -> has(line, slot))) {
                    return i;
                }
            } catch (RedisException dead) {
                // the others may
            }
        }
        return -1;
    }

    private static boolean has(String line, int slot) {
        String[] words = line.split(" ", -1);
        for (int i = 8; i < words.length; i++) {
            String[] range = words[i].split("-", 2);
            if (!words[i].startsWith("[")
                    && Integer.parseInt(range[0]) <= slot
                    && slot <= Integer.parseInt(range[range.length - 1])) {
                return true;
            }
        }
        return false;
    }

    /** Moves a shard's slot from one primary to another, a few keys at a time, as resharding does. */
    public void move(int shard, int from, int to) throws InterruptedException {
        int slot = SlotHash.getSlot("s" + shard);
        String source = ask(from, redis -> redis.clusterMyId());
        String target = ask(to, redis -> redis.clusterMyId());
        int port = servers.get(to).port();
        ask(to, redis -> redis.clusterSetSlotImporting(slot, source));
        ask(from, redis -> redis.clusterSetSlotMigrating(slot, target));
        for (List<String> keys = ask(from, redis -> redis.clusterGetKeysInSlot(slot, 20));
                !keys.isEmpty();
                keys = ask(from, redis -> redis.clusterGetKeysInSlot(slot, 20))) {
            List<String> some = keys;
            ask(
                    from,
                    redis -> redis.migrate(
                            "127.0.0.1", port, 0, 5_000, MigrateArgs.Builder.keys(some.toArray(String[]::new))));
            Thread.sleep(10);
        }
        ask(to, redis -> redis.clusterSetSlotNode(slot, target));
        ask(from, redis -> redis.clusterSetSlotNode(slot, target));
        for (int i = 0; i < PRIMARIES; i++) {
            ask(i, redis -> redis.clusterSetSlotNode(slot, target));
        }
    }

    private <T> T ask(int number, Function<RedisCommands<String, String>, T> question) {
        return asked(servers.get(number), question);
    }

    /** Asks one of the servers. */
    public static <T> T asked(RedisProcess server, Function<RedisCommands<String, String>, T> question) {
        return SentinelFleet.asked(server, question);
    }

    /** What a gateway is told. */
    public String url() {
        return "redis-cluster://"
                + servers.stream().map(each -> "127.0.0.1:" + each.port()).collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        servers.forEach(RedisProcess::close);
    }
}
