package tollgate.wallet;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;

/**
 * Calls a script and then waits, on the same connection, until what was written is on the server's disk (H28): WAITAOF
 * knows only of what its own connection had seen written. Thread-safe; blocks.
 *
 * <p>A connection that waits does nothing else, so each call has one of its own, kept for the next.
 */
final class DurablePosts implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final int KEPT = 8;
    private static final ProtocolKeyword WAITAOF = () -> "WAITAOF".getBytes(StandardCharsets.US_ASCII);

    private final Function<Node, StatefulRedisConnection<String, String>> connecting;
    private final Duration wait;
    private final ConcurrentHashMap<Node, Deque<Line>> idle = new ConcurrentHashMap<>();

    /**
     * Waits so long at most.
     *
     * @param wait zero: does not wait
     */
    DurablePosts(Function<Node, StatefulRedisConnection<String, String>> connecting, Duration wait) {
        this.connecting = connecting;
        this.wait = wait;
    }

    /**
     * What became of a call.
     *
     * @param onDisk whether what was written is on disk, where that can be asked
     */
    record Done(List<?> parts, boolean onDisk) {}

    /** A connection, and whether its server can be waited for. */
    private record Line(StatefulRedisConnection<String, String> connection, boolean waits) {}

    /** How long is waited. */
    Duration longest() {
        return wait;
    }

    /** Whether anybody wants to wait. */
    boolean isWanted() {
        return !wait.isZero();
    }

    /**
     * Calls.
     *
     * @throws RedisException where the server is away, is another's, or the reply did not come: as of any call
     */
    Done call(Node node, Call call) {
        Deque<Line> lines = idle.computeIfAbsent(node, any -> new ConcurrentLinkedDeque<>());
        Line line = lines.pollFirst();
        while (line != null && !line.connection.isOpen()) {
            line = lines.pollFirst();
        }
        if (line == null) {
            line = opened(node);
        }
        boolean good = false;
        try {
            RedisCommands<String, String> redis = line.connection.sync();
            List<?> parts = called(redis, call);
            String word = String.valueOf(parts.getFirst());
            if (word.equals("DONE") && line.waits) {
                // another connection wrote it: what this one writes now comes behind it in the log
                redis.set(Keys.trial(call.shard()), "");
                redis.del(Keys.trial(call.shard()));
            }
            boolean booked = word.equals("OK") || word.equals("DONE");
            boolean onDisk = !booked || !line.waits || isOnDisk(redis);
            good = true;
            return new Done(parts, onDisk);
        } finally {
            if (good && lines.size() < KEPT) {
                lines.addFirst(line);
            } else {
                line.connection.closeAsync();
            }
        }
    }

    private Line opened(Node node) {
        StatefulRedisConnection<String, String> connection = connecting.apply(node);
        connection.setTimeout(wait.plus(GRACE));
        return new Line(connection, canWait(connection.sync()));
    }

    private static List<?> called(RedisCommands<String, String> redis, Call call) {
        try {
            return redis.<List<Object>>evalsha(call.script().sha(), ScriptOutputType.MULTI, call.keys(), call.args());
        } catch (RedisNoScriptException unknown) {
            return redis.<List<Object>>eval(call.script().text(), ScriptOutputType.MULTI, call.keys(), call.args());
        }
    }

    /** The reply of the script stands, whatever becomes of the question whether it is on disk. */
    private boolean isOnDisk(RedisCommands<String, String> redis) {
        try {
            List<Object> counts = redis.dispatch(
                    WAITAOF,
                    new NestedMultiOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).add(1).add(0).add(wait.toMillis()));
            return counts.getFirst() instanceof Long local && local >= 1;
        } catch (RedisCommandExecutionException refused) {
            // without a log nothing ever is on disk: that was allowed by redis.allow_unsafe
            return String.valueOf(refused.getMessage()).contains("appendonly");
        } catch (RedisException away) {
            return false;
        }
    }

    /** Whether a server has WAITAOF, and its user may see that. */
    static boolean canWait(RedisCommands<String, String> redis) {
        try {
            return redis.commandInfo("waitaof").stream()
                    .anyMatch(about -> about instanceof List<?> known && !known.isEmpty());
        } catch (RedisCommandExecutionException notAllowed) {
            return false;
        }
    }

    /** Whether a user may wait, where the server can. */
    static boolean mayWait(RedisCommands<String, String> redis) {
        try {
            redis.dispatch(
                    WAITAOF,
                    new NestedMultiOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).add(0).add(0).add(1));
            return true;
        } catch (RedisCommandExecutionException refused) {
            return !String.valueOf(refused.getMessage()).startsWith("NOPERM");
        }
    }

    @Override
    public void close() {
        idle.values().forEach(lines -> lines.forEach(line -> line.connection.close()));
        idle.clear();
    }
}
