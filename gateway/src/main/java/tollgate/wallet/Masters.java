package tollgate.wallet;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which server takes the writes of each slot, as far as is known. Thread-safe.
 *
 * <p>Where sentinels or a cluster decide that, a thread of its own asks them twice a second, and at once when somebody was
 * sent elsewhere or got no answer. What it believes decides only whom we ask: whether that server may be written to is
 * decided by the fence inside each script.
 */
public final class Masters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Masters.class);
    private static final long EVERY_MS = 500;
    private static final long LEAST_PAUSE_MS = 50;

    private final RedisAddress address;
    private final ClientResources resources;
    private final RedisClient client;
    private final RedisClient lasting;
    private final Links links;
    private final @Nullable View view;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Semaphore doubts = new Semaphore(0);
    private final Thread looking = Thread.ofVirtual().name("masters").unstarted(this::look);
    /** One for all slots, or one for each. */
    private volatile Node[] bySlot = {};

    private Masters(RedisAddress address) {
        this.address = address;
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .reconnectDelay(Delay.constant(Duration.ofMillis(100)))
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(address.options()
                .timeoutOptions(TimeoutOptions.enabled(Link.PATIENCE))
                .build());
        this.lasting = RedisClient.create(resources);
        lasting.setOptions(address.options()
                .autoReconnect(false)
                .timeoutOptions(TimeoutOptions.enabled(Link.PATIENCE))
                .build());
        this.links = new Links(address, client);
        this.view = switch (address.kind()) {
            case STANDALONE -> null;
            case SENTINEL -> new SentinelView(address, client);
            case CLUSTER -> new ClusterView(address.nodes(), this::all, links);
        };
    }

    /**
     * Finds out.
     *
     * @throws RedisConnectionException where nobody can say, or the server that takes writes cannot be reached
     */
    public static Masters of(RedisAddress address) {
        Masters masters = new Masters(address);
        try {
            masters.begin();
            return masters;
        } catch (RedisException | IllegalArgumentException failed) {
            masters.close();
            throw failed;
        }
    }

    private void begin() {
        if (view == null) {
            bySlot = new Node[] {address.nodes().getFirst()};
            links.to(bySlot[0]).open();
            return;
        }
        Node[] found = view.look();
        if (found == null) {
            throw new RedisConnectionException(
                    address.kind() == RedisAddress.Kind.SENTINEL
                            ? "no sentinel of " + address.nodes() + " says where master '" + address.master() + "' is"
                            : "no server of " + address.nodes() + " says who has which slots of a cluster");
        }
        bySlot = found;
        LOG.info("redis: {}, writes go to {}", address, all());
        looking.start();
    }

    RedisAddress address() {
        return address;
    }

    /** Connections for whoever may block. */
    Links links() {
        return links;
    }

    /**
     * A connection of the caller's own, which closes it. Once it is lost it stays so: what was written and what is asked
     * of that are on the same one.
     */
    StatefulRedisConnection<String, String> connect(Node node) {
        return lasting.connect(StringCodec.UTF8, address.uri(node));
    }

    /** Whether shards are on several servers. */
    boolean areMany() {
        return address.kind() == RedisAddress.Kind.CLUSTER;
    }

    /** Who takes the writes of a slot; null where nobody does. */
    @Nullable
    Node of(int slot) {
        Node[] now = bySlot;
        return now.length == 1 ? now[0] : now[slot];
    }

    /** Everybody who takes writes. */
    Set<Node> all() {
        Set<Node> all = new LinkedHashSet<>(Arrays.asList(bySlot));
        all.remove(null);
        return all;
    }

    /** A server has said that a slot is another's. */
    synchronized void moved(int slot, Node to) {
        if (bySlot.length > 1 && !to.equals(bySlot[slot])) {
            Node[] next = bySlot.clone();
            next[slot] = to;
            bySlot = next;
        }
        doubt();
    }

    /** Somebody got no answer, or was refused: it may be another server by now. Never blocks. */
    void doubt() {
        if (doubts.availablePermits() == 0) {
            doubts.release();
        }
    }

    /** Who is told after each look, on a thread that may block. */
    void onLook(Runnable listener) {
        listeners.add(listener);
    }

    void forget(Runnable listener) {
        listeners.remove(listener);
    }

    private void look() {
        View asked = view;
        try {
            while (asked != null) {
                if (doubts.tryAcquire(EVERY_MS, TimeUnit.MILLISECONDS)) {
                    Thread.sleep(LEAST_PAUSE_MS);
                    doubts.drainPermits();
                }
                lookOnce(asked);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookOnce(View asked) {
        try {
            Node[] found = asked.look();
            if (found != null) {
                changed(found);
            }
            listeners.forEach(Runnable::run);
        } catch (RuntimeException failed) {
            LOG.warn("redis: whether another server takes writes by now could not be found out", failed);
        }
    }

    private synchronized void changed(Node[] found) {
        Set<Node> before = all();
        bySlot = found;
        Set<Node> now = all();
        if (!now.equals(before)) {
            LOG.warn("redis: writes go to {} (before: {})", now, before);
            if (address.kind() == RedisAddress.Kind.SENTINEL) {
                links.keepOnly(now);
            }
        }
    }

    @Override
    public void close() {
        looking.interrupt();
        try {
            if (looking.isAlive()) {
                looking.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (view != null) {
            view.close();
        }
        links.close();
        lasting.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
