package tollgate.wallet;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one server, for whoever may block. Thread-safe.
 *
 * <p>A server that did not answer in time is asked with a short ping before anything else: what waits for one server must
 * not keep those who need another.
 */
final class Link implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long PING_MS = 300;
    private static final long FAILING_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final RedisClient client;
    private final RedisURI uri;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    /** Not before this moment it is tried again; 0 where it answers. */
    private volatile long failedUntil;

    private boolean closed;

    Link(RedisClient client, RedisURI uri) {
        this.client = client;
        this.uri = uri;
    }

    /**
     * Asks, blocking.
     *
     * @param asking whether the slot is on its way to this server
     * @throws RedisConnectionException where it cannot be reached
     */
    <T> T ask(boolean asking, Function<RedisCommands<String, String>, T> question) {
        StatefulRedisConnection<String, String> open = open();
        try {
            if (!asking) {
                return question.apply(open.sync());
            }
            // what another thread asks in between loses us the right, and we are sent here again
            synchronized (this) {
                open.sync().asking();
                return question.apply(open.sync());
            }
        } catch (RedisCommandTimeoutException late) {
            failed();
            throw late;
        }
    }

    /**
     * The connection, open.
     *
     * @throws RedisConnectionException where it cannot be reached, or has not answered just now
     */
    StatefulRedisConnection<String, String> open() {
        StatefulRedisConnection<String, String> open = connection;
        if (open != null && failedUntil == 0) {
            return open;
        }
        return opened();
    }

    private synchronized StatefulRedisConnection<String, String> opened() {
        if (closed) {
            throw new RedisConnectionException("the connection to " + name() + " is closed");
        }
        if (failedUntil != 0 && System.nanoTime() - failedUntil < 0) {
            throw new RedisConnectionException(name() + " does not answer");
        }
        try {
            StatefulRedisConnection<String, String> open = connection;
            if (open == null) {
                open = client.connect(StringCodec.UTF8, uri);
                open.setTimeout(PATIENCE);
                connection = open;
            } else if (failedUntil != 0) {
                open.async().ping().get(PING_MS, TimeUnit.MILLISECONDS);
            }
            failedUntil = 0;
            return open;
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof RedisCommandExecutionException) {
                // it answers
                failedUntil = 0;
                return connected();
            }
            failed();
            throw new RedisConnectionException(name() + " cannot be asked", refused.getCause());
        } catch (TimeoutException silent) {
            failed();
            throw new RedisConnectionException(name() + " does not answer", silent);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RedisConnectionException("interrupted", interrupted);
        } catch (RedisConnectionException away) {
            failed();
            throw away;
        }
    }

    private StatefulRedisConnection<String, String> connected() {
        StatefulRedisConnection<String, String> open = connection;
        if (open == null) {
            throw new RedisConnectionException(name() + " is not connected");
        }
        return open;
    }

    /** It did not answer in time. */
    void failed() {
        long until = System.nanoTime() + FAILING_NANOS;
        failedUntil = until == 0 ? 1 : until;
    }

    private String name() {
        return uri.getHost() + ":" + uri.getPort();
    }

    @Override
    public synchronized void close() {
        closed = true;
        StatefulRedisConnection<String, String> open = connection;
        if (open != null) {
            open.close();
        }
    }
}
