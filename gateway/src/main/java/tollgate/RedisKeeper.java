package tollgate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.config.TollgateConfig;
import tollgate.embedded.RedisChild;
import tollgate.wallet.ControlPort;
import tollgate.wallet.RedisAddress;

/**
 * The Redis that a gateway works on: somebody else's, or a child that is started again whenever it dies. Thread-safe.
 */
final class RedisKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisKeeper.class);

    private final String url;
    private final RedisAddress address;
    private final Executor workers;
    private volatile @Nullable RedisChild child;
    private volatile boolean stopping;

    private RedisKeeper(String url, RedisAddress address, Executor workers, @Nullable RedisChild child) {
        this.url = url;
        this.address = address;
        this.workers = workers;
        this.child = child;
    }

    /**
     * Starts the child, where the configuration names no other.
     *
     * @param configured its address, or {@link TollgateConfig#EMBEDDED}
     * @param data the data directory
     * @param workers where the child is started again
     */
    static RedisKeeper start(TollgateConfig.Redis configured, Path data, Executor workers) throws IOException {
        if (!configured.url().equals(TollgateConfig.EMBEDDED)) {
            return new RedisKeeper(configured.url(), address(configured), workers, null);
        }
        RedisChild child = RedisChild.start(data.resolve("redis"));
        RedisKeeper keeper = new RedisKeeper(child.url(), RedisAddress.parse(child.url()), workers, child);
        keeper.keepAlive(child);
        return keeper;
    }

    /** A redis-server that dies is started again; the books find out what that means. */
    private void keepAlive(RedisChild running) {
        running.onExit()
                .thenAcceptAsync(
                        gone -> {
                            if (!stopping) {
                                LOG.error("redis-server has ended; starting it again");
                                try {
                                    RedisChild next = running.restart();
                                    child = next;
                                    keepAlive(next);
                                } catch (IOException failed) {
                                    LOG.error("redis-server cannot be started again", failed);
                                }
                            }
                        },
                        workers);
    }

    /**
     * Refuses a Redis that is set up to lose money.
     *
     * @param allowUnsafe serve all the same, saying so
     * @throws IOException where it is, and that is not allowed
     */
    static void check(ControlPort control, boolean allowUnsafe) throws IOException {
        List<String> dangers = control.servers().stream()
                .flatMap(server -> server.dangers().stream())
                .distinct()
                .toList();
        if (!dangers.isEmpty() && !allowUnsafe) {
            throw new IOException("redis: " + String.join("; ", dangers)
                    + "; redis.allow_unsafe: true would serve all the same, tollgate doctor looks at everything");
        }
        List<String> missing = control.missingRights();
        if (!missing.isEmpty()) {
            // a script that is refused a command in its midst has written half
            throw new IOException("redis: its user may not " + String.join(", ", missing)
                    + " (expected: the ACL line of config/redis.conf)");
        }
        dangers.forEach(danger -> LOG.warn("redis: unsafe, as redis.allow_unsafe allows: {}", danger));
    }

    /** What a configuration says of a Redis that is not embedded. */
    static RedisAddress address(TollgateConfig.Redis configured) {
        RedisAddress address = RedisAddress.parse(configured.url(), configured.caFile());
        TollgateConfig.Redis.Sentinels sentinels = configured.sentinels();
        return sentinels == null ? address : address.askingSentinelsAs(sentinels.user(), sentinels.password());
    }

    /** Where it is. */
    RedisAddress address() {
        return address;
    }

    /** Its address as text, password included. */
    String url() {
        return url;
    }

    /** The process of the child; null where there is none. */
    @Nullable
    Long pid() {
        RedisChild running = child;
        return running == null ? null : running.pid();
    }

    @Override
    public void close() {
        stopping = true;
        RedisChild last = child;
        if (last != null) {
            last.close();
        }
    }
}
