package tollgate;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.records.Records;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ShardState;
import tollgate.wallet.ShardWatch;

/**
 * How full Redis is, looked at every second on a thread of its own (H5): not a virtual one, which would wait with others for
 * an SQLite that is locked. From 80 % of its memory on, or of the
 * ledger entries that may wait for SQL, nothing new is placed; what is open is renewed and settled. Thread-safe.
 */
final class RedisRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisRoom.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final List<Integer> SHARDS = IntStream.range(0, 64).boxed().toList();
    private static final int MOST_PERCENT = 80;

    private final Executor workers;
    private final ControlPort control;
    private final Records records;
    private final ShardWatch watch;
    private final long mostEntries;
    private final Thread looking = Thread.ofPlatform().daemon().name("room").unstarted(this::look);
    /** The last entry of each shard that SQL is known to have. */
    private final Map<Integer, Long> drained = new ConcurrentHashMap<>();

    private CompletableFuture<Void> asking = CompletableFuture.completedFuture(null);

    private volatile long memoryPercent;
    private volatile long waiting;
    private volatile boolean sqlHasSpoken;
    private boolean wasFull;

    private RedisRoom(ControlPort control, Records records, ShardWatch watch, Executor workers, long mostEntries) {
        this.workers = workers;
        this.control = control;
        this.records = records;
        this.watch = watch;
        this.mostEntries = mostEntries;
    }

    /**
     * Begins to look.
     *
     * @param workers where SQL is asked
     * @param mostEntries how many ledger entries may wait for SQL
     */
    static RedisRoom of(ControlPort control, Records records, ShardWatch watch, Executor workers, long mostEntries) {
        RedisRoom room = new RedisRoom(control, records, watch, workers, mostEntries);
        room.looking.start();
        return room;
    }

    /** The fullest server's memory, in percent of what it may use; 0 where none has a limit. */
    long memoryPercent() {
        return memoryPercent;
    }

    /** Ledger entries that wait in Redis for SQL. */
    long waiting() {
        return waiting;
    }

    /** Of the entries that this gateway knows of, those that SQL had not when it last spoke. Asks nobody. */
    long lag() {
        return SHARDS.stream()
                .filter(shard -> sqlHasSpoken)
                .mapToLong(shard -> Math.max(0, watch.n(shard) - drained.getOrDefault(shard, 0L)))
                .sum();
    }

    private void look() {
        try {
            while (true) {
                try {
                    once();
                } catch (RedisException away) {
                    // nothing can be placed there anyway
                    LOG.debug("redis: how full it is cannot be asked", away);
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void once() {
        Map<Integer, String> full = new HashMap<>();
        Map<String, Long> memory = control.memory();
        memoryPercent =
                memory.values().stream().mapToLong(Long::longValue).max().orElse(0);
        control.byServer(SHARDS).forEach((server, shards) -> {
            long percent = memory.getOrDefault(server, 0L);
            if (percent >= MOST_PERCENT) {
                shards.forEach(shard -> full.put(shard, "redis: " + percent + " % of its memory is used"));
            }
        });
        waiting = undrained();
        if (waiting >= mostEntries / 100 * MOST_PERCENT) {
            SHARDS.forEach(shard -> full.put(shard, waiting + " ledger entries wait in Redis for SQL"));
        }
        if (wasFull == full.isEmpty()) {
            wasFull = !full.isEmpty();
            if (wasFull) {
                LOG.error(
                        "nothing new is admitted: {}", full.values().iterator().next());
            } else {
                LOG.info("redis: there is room again");
            }
        }
        watch.full(full);
    }

    private long undrained() {
        if (asking.isDone()) {
            // it may wait long for SQL, which is the very case that is watched for
            asking = CompletableFuture.runAsync(this::askSql, workers).exceptionally(away -> null);
        }
        if (!sqlHasSpoken) {
            return 0;
        }
        long sum = 0;
        for (int shard : SHARDS) {
            if (watch.epoch(shard) > 0) {
                // one that SQL did not know when it last spoke has nothing there
                sum += Math.max(0, highest(shard) - drained.getOrDefault(shard, 0L));
            }
        }
        return sum;
    }

    /** The last entry of a shard; where its server is away, the last that came here. */
    private long highest(int shard) {
        try {
            return control.shard(shard).map(ShardState::n).orElse(0L);
        } catch (RedisException away) {
            return watch.n(shard);
        }
    }

    private void askSql() {
        records.shards().all().forEach((shard, known) -> drained.put(shard, known.n()));
        sqlHasSpoken = true;
    }

    @Override
    public void close() {
        looking.interrupt();
    }
}
