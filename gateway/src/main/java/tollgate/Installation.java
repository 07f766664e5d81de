package tollgate;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.account.AccountDesk;
import tollgate.admin.AdminServer;
import tollgate.admin.Office;
import tollgate.books.Books;
import tollgate.books.ExchangeRow;
import tollgate.books.Treasury;
import tollgate.books.Verification;
import tollgate.config.TollgateConfig;
import tollgate.dialect.Dialect;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.embedded.DataDirectory;
import tollgate.embedded.RedisChild;
import tollgate.http.HttpListener;
import tollgate.http.ListenerSettings;
import tollgate.http.Transport;
import tollgate.http.UpstreamSettings;
import tollgate.http.Upstreams;
import tollgate.identity.KeyRing;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.metering.HoldSettings;
import tollgate.metering.WhoPays;
import tollgate.pricing.RateBook;
import tollgate.proxy.Gateway;
import tollgate.proxy.MemoryBudget;
import tollgate.proxy.OwnPaths;
import tollgate.proxy.ProxyContext;
import tollgate.proxy.ProxyLoop;
import tollgate.proxy.ProxySettings;
import tollgate.proxy.RefusalRing;
import tollgate.proxy.Routing;
import tollgate.proxy.Upstream;
import tollgate.records.Records;
import tollgate.simulator.Sandbox;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ExchangeIds;
import tollgate.wallet.ScriptPort;
import tollgate.wallet.ShardWatch;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole gateway, put together: the only place that sees every room. What is started is stopped in the opposite order.
 * Thread-safe.
 */
final class Installation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Installation.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int IDLE_CONNECTIONS = 256;

    private final TollgateConfig config;
    private final Clock clock = Clock.systemUTC();
    private final MetricsTelemetry telemetry = new MetricsTelemetry();
    private final ShardWatch watch = new ShardWatch();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable RedisChild redis;
    private @Nullable Sandbox sandbox;
    private volatile boolean stopping;
    private final Records records;
    private final Office office;
    private final Verification verification;
    private final AdminServer admin;
    private final HttpListener listener;
    private final Gateway gateway;
    private final String redisUrl;
    private final List<EventLoop> eventLoops;

    /**
     * Starts everything.
     *
     * @param loopThreads event loops; exchanges are spread over them
     * @param adminKeys the keys of the control plane
     * @param drainAfterMs entries younger than this stay in Redis alone
     * @throws IOException where something cannot be started; what was started is stopped again
     */
    static Installation start(TollgateConfig config, int loopThreads, List<String> adminKeys, long drainAfterMs)
            throws IOException {
        return new Installation(config, loopThreads, adminKeys, drainAfterMs);
    }

    private Installation(TollgateConfig config, int loopThreads, List<String> adminKeys, long drainAfterMs)
            throws IOException {
        this.config = config;
        try {
            Path data = opened(DataDirectory.lock(config.dataDir())).path();
            CompletableFuture<RateBook> prices =
                    CompletableFuture.supplyAsync(() -> config.prices().book(), workers);
            CompletableFuture<Records> books = CompletableFuture.supplyAsync(() -> openRecords(data), workers);
            this.redisUrl = startRedis(data);
            Transport transport = Transport.best();
            EventLoopGroup loops = opened(transport.loops(loopThreads, "loop"));
            this.records = opened(joined("records", books));
            List<EventLoop> each = each(loops);
            this.eventLoops = each;
            Journal journal = openJournal(data, each);
            ControlPort control =
                    opened(ControlPort.connect(redisUrl, watch, config.holds().maxOverrun()));
            checkRedis(control);
            Treasury treasury = new Treasury(records, control, clock);
            ProjectedKeys projected = new ProjectedKeys(records, control, workers);
            Books keeping = opened(new Books(
                    records,
                    control,
                    watch,
                    journal,
                    each.size(),
                    treasury,
                    projected::projectAll,
                    Duration.ofMillis(drainAfterMs),
                    config.holds().life(),
                    telemetry,
                    clock));
            keeping.start();
            KeyRing ring = new KeyRing(projected, clock);
            this.office = new Office(
                    records,
                    treasury,
                    keeping,
                    key -> {
                        // what is cached here first: the rest may fail, and is then asked for again
                        ring.forget(key.id());
                        projected.forget(key.hash());
                    },
                    clock);
            RefusalRing refusals = new RefusalRing();
            ProxyContext context = context(joined("prices", prices), ring, refusals, sandbox(transport));
            Upstreams upstreams = opened(new Upstreams(transport));
            ExchangeIds ids = new ExchangeIds(
                    journal.identity().id(),
                    journal.identity().boot(),
                    journal.identity().nonce());
            Map<EventLoop, ProxyLoop> proxies = new HashMap<>();
            for (int i = 0; i < each.size(); i++) {
                ScriptPort port = opened(ScriptPort.connect(
                        redisUrl,
                        each.get(i),
                        watch,
                        (script, nanos) -> telemetry.time("tollgate_script_seconds", nanos, "script", script),
                        config.redis().placeWait(),
                        config.holds().maxOverrun()));
                proxies.put(each.get(i), new ProxyLoop(each.get(i), port, journal.loop(i), ids, upstreams, context));
            }
            AccountDesk desk = new AccountDesk(
                    control, records, id -> journal.find(id).map(ExchangeRow::of), id -> refused(refusals, id));
            this.gateway = new Gateway(context, proxies, new OwnPaths(desk, workers, () -> notReady(keeping)));
            keeping.onReopening(gateway::reinstate);
            this.verification = new Verification(records, control, keeping, journal);
            this.admin = opened(AdminServer.start(
                    config.listen().admin(),
                    adminKeys,
                    office,
                    records,
                    control,
                    verification,
                    telemetry::text,
                    () -> notReady(keeping)));
            this.listener = HttpListener.bind(listening(), transport, loops, loops, gateway);
            telemetry.gauge("tollgate_open_exchanges", listener::openExchanges);
            telemetry.gauge("tollgate_journal_pending_entries", journal::pending);
            telemetry.gauge("tollgate_ledger_lag_entries", keeping::lag);
        } catch (IOException | RuntimeException failed) {
            closeOpened();
            throw failed;
        }
    }

    private Records openRecords(Path data) {
        return config.recordsUrl().equals(TollgateConfig.EMBEDDED)
                ? Records.sqlite(data.resolve("records.db"))
                : Records.jdbc(config.recordsUrl());
    }

    private static <T> T joined(String what, CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new IOException(what + ": " + cause.getMessage(), cause);
        }
    }

    private String startRedis(Path data) throws IOException {
        if (!config.redis().url().equals(TollgateConfig.EMBEDDED)) {
            return config.redis().url();
        }
        RedisChild child = RedisChild.start(data.resolve("redis"));
        redis = child;
        opened.push(() -> {
            stopping = true;
            RedisChild last = redis;
            if (last != null) {
                last.close();
            }
        });
        keepAlive(child);
        return child.url();
    }

    /** A redis-server that dies is started again; the books find out what that means. */
    private void keepAlive(RedisChild child) {
        child.onExit()
                .thenAcceptAsync(
                        gone -> {
                            if (!stopping) {
                                LOG.error("redis-server has ended; starting it again");
                                try {
                                    RedisChild next = child.restart();
                                    redis = next;
                                    keepAlive(next);
                                } catch (IOException failed) {
                                    LOG.error("redis-server cannot be started again", failed);
                                }
                            }
                        },
                        workers);
    }

    private static void checkRedis(ControlPort control) throws IOException {
        String policy = control.setting("maxmemory-policy");
        if (!policy.isEmpty() && !policy.equals("noeviction")) {
            throw new IOException(
                    "redis: maxmemory-policy is '" + policy + "' (expected: noeviction: money must not be evicted)");
        }
        if ("no".equals(control.setting("appendonly"))) {
            throw new IOException("redis: appendonly is 'no' (expected: yes: a restart would lose all holds)");
        }
    }

    private Journal openJournal(Path data, List<EventLoop> loops) throws IOException {
        List<Executor> writers = new ArrayList<>(loops);
        // the last one is the books' thread, which waits for nothing
        writers.add(Runnable::run);
        return opened(Journal.open(
                data.resolve("journal"), JournalSettings.DEFAULTS.withSync(config.journalSync()), writers));
    }

    private static List<EventLoop> each(EventLoopGroup group) {
        List<EventLoop> loops = new ArrayList<>();
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
        return loops;
    }

    /** The sandbox provider of test wallets. */
    Sandbox sandbox() {
        return Objects.requireNonNull(sandbox);
    }

    /** The redis-server that was brought along; null where it is somebody else's. */
    @Nullable
    RedisChild redis() {
        return redis;
    }

    private Upstream sandbox(Transport transport) {
        EventLoopGroup own = opened(transport.loops(1, "sandbox"));
        Sandbox started = opened(Sandbox.start(0, transport, own));
        sandbox = started;
        return upstream("sandbox", "openai", URI.create("http://127.0.0.1:" + started.port()), "sandbox");
    }

    private Upstream upstream(String name, String dialect, URI url, @Nullable String key) {
        TollgateConfig.Timeouts timeouts = config.timeouts();
        return new Upstream(
                name,
                dialect,
                key,
                new UpstreamSettings(
                        url,
                        timeouts.connect(),
                        timeouts.firstByte(),
                        timeouts.idle(),
                        timeouts.total(),
                        IDLE_CONNECTIONS));
    }

    private ProxyContext context(RateBook book, KeyRing ring, RefusalRing refusals, Upstream sandbox) {
        TollgateConfig.Holds holds = config.holds();
        HoldSettings holding =
                new HoldSettings(holds.life(), holds.maxExchange(), holds.minOutputTokens(), holds.maxOverrun());
        List<Upstream> live = config.upstreams().stream()
                .map(each -> upstream(each.name(), each.dialect(), each.baseUrl(), each.apiKey()))
                .toList();
        List<Dialect> dialects = List.of(new OpenAiDialect());
        MemoryBudget memory = new MemoryBudget(config.limits().inFlightBytes());
        return new ProxyContext(
                new ProxySettings(
                        config.limits().requestBytes(),
                        config.limits().inFlightBytes(),
                        config.redis().placeWait(),
                        config.redis().settleWait(),
                        config.announce().trailers(),
                        config.announce().sseComment(),
                        config.announce().balance(),
                        config.announce().holdBytes()),
                holding,
                book,
                config.prices().markup(),
                new WhoPays(book, holding),
                new Routing(live, List.of(sandbox)),
                dialects,
                ring,
                memory,
                refusals,
                telemetry,
                clock);
    }

    private ListenerSettings listening() {
        return new ListenerSettings(
                config.listen().gateway(),
                config.limits().headerBytes(),
                config.limits().bodyRead(),
                config.timeouts().clientStall());
    }

    private static Optional<AccountDesk.RefusedExchange> refused(RefusalRing ring, String id) {
        return ring.find(id)
                .filter(no -> no.key() != null)
                .map(no -> new AccountDesk.RefusedExchange(
                        String.valueOf(no.key()),
                        MAPPER.writeValueAsString(Map.of(
                                "id",
                                id,
                                "state",
                                "refused",
                                "status",
                                no.status(),
                                "code",
                                no.code(),
                                "message",
                                no.message(),
                                "charge",
                                "0.00"))));
    }

    private @Nullable String notReady(Books keeping) {
        return stopping ? "stopping" : keeping.notReady();
    }

    /** Whether wallets and books say the same, as JSON would say it. */
    Map<String, @Nullable Object> verify() {
        return verification.run();
    }

    /** What the control plane can do. */
    Office office() {
        return office;
    }

    /** The books. */
    Records records() {
        return records;
    }

    /** Where applications point their base URL. */
    String baseUrl() {
        return "http://" + reachable(config.listen().gateway()) + ":" + listener.port() + "/v1";
    }

    /** Where the control plane is. */
    String adminUrl() {
        return "http://" + reachable(config.listen().admin()) + ":" + admin.port();
    }

    private static String reachable(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        return host == null || host.isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
    }

    /** The loops that exchanges run on. */
    List<EventLoop> eventLoops() {
        return eventLoops;
    }

    /** The address of Redis, password included. */
    String redisUrl() {
        return redisUrl;
    }

    /** The process of the brought-along Redis; null where it is somebody else's. */
    @Nullable
    Long redisPid() {
        RedisChild child = redis;
        return child == null ? null : child.pid();
    }

    /** The configuration it was started with. */
    TollgateConfig config() {
        return config;
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    private EventLoopGroup opened(EventLoopGroup group) {
        opened.push(() -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
        return group;
    }

    /** Stops: nothing new, what is open may end, what is left is cut and charged, everything is put on disk. */
    @Override
    public void close() {
        stopping = true;
        CompletableFuture<Void> drained =
                listener.drain(config.drain()).toCompletableFuture().exceptionally(open -> null);
        drained.join();
        if (listener.openExchanges() > 0) {
            LOG.warn("{} exchanges are still open after {}: cut and charged", listener.openExchanges(), config.drain());
            gateway.stopExchanges();
            awaitNoExchange();
        }
        listener.close();
        gateway.close();
        closeOpened();
    }

    private void awaitNoExchange() {
        long since = System.nanoTime();
        while (listener.openExchanges() > 0 && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(5)) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void closeOpened() {
        for (AutoCloseable part = opened.poll(); part != null; part = opened.poll()) {
            try {
                part.close();
            } catch (Exception failed) {
                LOG.warn("stopping: {} failed", part, failed);
            }
        }
        workers.shutdown();
    }
}
