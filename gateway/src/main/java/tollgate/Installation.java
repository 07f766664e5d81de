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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.account.AccountDesk;
import tollgate.admin.AdminServer;
import tollgate.admin.Office;
import tollgate.books.ApprovalDesk;
import tollgate.books.Books;
import tollgate.books.ExchangeRow;
import tollgate.books.Reconciliation;
import tollgate.books.RecoveryStep;
import tollgate.books.SuspenseDesk;
import tollgate.books.Treasury;
import tollgate.books.Verification;
import tollgate.config.TollgateConfig;
import tollgate.embedded.DataDirectory;
import tollgate.http.HttpListener;
import tollgate.http.Transport;
import tollgate.http.Upstreams;
import tollgate.identity.KeyRing;
import tollgate.journal.Journal;
import tollgate.journal.JournalSettings;
import tollgate.proxy.Gateway;
import tollgate.proxy.HealthChecks;
import tollgate.proxy.JobSettings;
import tollgate.proxy.Jobs;
import tollgate.proxy.LostHolds;
import tollgate.proxy.Outcomes;
import tollgate.proxy.OwnPaths;
import tollgate.proxy.ProxyContext;
import tollgate.proxy.ProxyLoop;
import tollgate.proxy.RefusalRing;
import tollgate.proxy.Routing;
import tollgate.proxy.Upstream;
import tollgate.records.Records;
import tollgate.simulator.Sandbox;
import tollgate.wallet.ControlPort;
import tollgate.wallet.ExchangeIds;
import tollgate.wallet.ScriptPort;
import tollgate.wallet.ShardWatch;

/**
 * A whole gateway, put together: the only place that sees every room. What is started is stopped in the opposite order.
 * Thread-safe.
 */
final class Installation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Installation.class);

    /** How often an operator's rate cards are looked at. */
    private static final Duration PRICES_LOOKED_AT = Duration.ofSeconds(1);

    private final TollgateConfig config;
    private final Clock clock = Clock.systemUTC();
    private final MetricsTelemetry telemetry = new MetricsTelemetry();
    private final ShardWatch watch = new ShardWatch();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Sandbox sandbox;
    private volatile boolean stopping;
    private final Records records;
    private final Office office;
    private final Verification verification;
    private final AdminServer admin;
    private final HttpListener listener;
    private final Gateway gateway;
    private final RedisKeeper redis;
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
        return start(config, loopThreads, adminKeys, drainAfterMs, data -> openRecords(config, data));
    }

    /**
     * Starts everything on the books that it is given.
     *
     * @param opening opens the books, beside the data directory or elsewhere
     */
    static Installation start(
            TollgateConfig config,
            int loopThreads,
            List<String> adminKeys,
            long drainAfterMs,
            Function<Path, Records> opening)
            throws IOException {
        return new Installation(config, loopThreads, adminKeys, drainAfterMs, opening);
    }

    private Installation(
            TollgateConfig config,
            int loopThreads,
            List<String> adminKeys,
            long drainAfterMs,
            Function<Path, Records> opening)
            throws IOException {
        this.config = config;
        try {
            DataDirectory directory = opened(DataDirectory.lock(config.dataDir()));
            Path data = directory.path();
            Ports.check(config.listen());
            if (config.approval().above() != null && Set.copyOf(adminKeys).size() < 2) {
                throw new IOException("approval.above: '" + config.approval().above()
                        + "' (expected: at least two different admin.keys, for nobody approves what they asked"
                        + " themselves)");
            }
            CompletableFuture<PriceKeeper> prices = CompletableFuture.supplyAsync(
                    () -> PriceKeeper.open(config.prices(), PRICES_LOOKED_AT, telemetry), workers);
            CompletableFuture<Records> books = CompletableFuture.supplyAsync(() -> opening.apply(data), workers);
            this.redis = opened(RedisKeeper.start(config.redis(), data, workers));
            Transport transport = Transport.best();
            EventLoopGroup loops = opened(transport.loops(loopThreads, "loop"));
            this.records = opened(joined("records", books));
            List<EventLoop> each = each(loops);
            this.eventLoops = each;
            Journal journal = openJournal(data, each);
            RecoveryStep.JOURNAL_READ.taken();
            ControlPort control = opened(ControlPort.connect(
                    redis.address(),
                    watch,
                    config.holds().maxOverrun(),
                    config.redis().waitAof()));
            RedisKeeper.check(control, config.redis().allowUnsafe());
            RecoveryStep.REDIS_CHECKED.taken();
            RedisPulse pulse = opened(RedisPulse.of(control));
            RedisRoom room = opened(RedisRoom.of(
                    control, records, watch, workers, config.redis().ledgerEntries()));
            Treasury treasury = new Treasury(records, control, clock);
            ProjectedKeys projected = new ProjectedKeys(records, control, workers);
            Books keeping = opened(new Books(
                    records,
                    directory.place(),
                    control,
                    watch,
                    journal,
                    each.size(),
                    treasury,
                    projected::projectAll,
                    Duration.ofMillis(drainAfterMs),
                    config.holds().life(),
                    config.redis().url().equals(TollgateConfig.EMBEDDED),
                    telemetry,
                    clock));
            PriceKeeper priced = opened(joined("prices", prices));
            keeping.itemizing(new LateItemizer(priced));
            JobSettings jobbing = JobSettings.DEFAULTS.longest(config.holds().maxJob());
            JobRows jobRows = new JobRows(
                    records,
                    id -> journal.find(id).isPresent(),
                    journal.identity().id(),
                    journal.identity().nonce(),
                    clock);
            keeping.onAdmission(new LostHolds(
                    jobRows,
                    control::placeAll,
                    jobbing,
                    config.enforce(),
                    config.holds().mostOpen(),
                    clock)::placed);
            keeping.leavingJobs(jobRows::left);
            keeping.start();
            jobRows.releaseEarlierRuns();
            KeyRing ring = new KeyRing(projected, clock);
            this.office = new Office(
                    records,
                    treasury,
                    keeping,
                    key -> {
                        // what is cached here first: the rest may fail, and is then asked for again
                        ring.forget(key.id());
                        projected.changed(key);
                    },
                    priced,
                    new ApprovalDesk(
                            records,
                            treasury,
                            config.approval().above(),
                            config.approval().within(),
                            clock),
                    clock);
            RefusalRing refusals = new RefusalRing();
            AccountDesk desk = new AccountDesk(
                    control,
                    records,
                    priced,
                    id -> journal.find(id).map(ExchangeRow::of),
                    id -> ProxySetup.refused(refusals, id));
            Outcomes outcomes = (at, id) -> CompletableFuture.supplyAsync(() -> desk.outcome(at, id), workers);
            KeptObjects objects = opened(
                    KeptObjects.open(records.providerObjects(), SharedObjects.of(config), workers, telemetry, clock));
            Jobs jobs = new Jobs(jobbing, jobRows, workers);
            Routing routing = RoutingSetup.routing(config, sandbox(transport), clock);
            ProxyContext context = ProxySetup.context(
                    config, priced, ring, outcomes, objects, jobs, refusals, routing, telemetry, clock);
            Upstreams upstreams = opened(new Upstreams(transport));
            ExchangeIds ids = new ExchangeIds(
                    journal.identity().id(),
                    journal.identity().boot(),
                    journal.identity().nonce());
            Map<EventLoop, ProxyLoop> proxies = new HashMap<>();
            for (int i = 0; i < each.size(); i++) {
                ScriptPort port = opened(ScriptPort.connect(
                        control.masters(),
                        each.get(i),
                        watch,
                        (script, nanos) -> telemetry.time("tollgate_script_seconds", nanos, "script", script),
                        config.redis().placeWait(),
                        config.holds().maxOverrun()));
                proxies.put(each.get(i), new ProxyLoop(each.get(i), port, journal.loop(i), ids, upstreams, context));
            }
            UpstreamRows rows = UpstreamRows.of(routing);
            rows.tell(telemetry);
            checkHealth(routing, upstreams, each.getFirst());
            jobs.start(context, List.copyOf(proxies.values()));
            opened(jobs);
            this.gateway =
                    new Gateway(context, proxies, new OwnPaths(desk, workers, () -> notReady(keeping, journal, pulse)));
            keeping.onReopening(shards -> CompletableFuture.allOf(gateway.reinstate(shards), jobs.reinstate(shards)));
            this.verification = new Verification(records, control, keeping, journal, clock);
            this.admin = opened(AdminServer.start(
                    config.listen().admin(),
                    adminKeys,
                    office,
                    records,
                    control,
                    verification,
                    new Reconciliation(records, control, journal, clock),
                    new SuspenseDesk(records, control, clock),
                    telemetry::text,
                    () -> notReady(keeping, journal, pulse),
                    rows::unwell,
                    rows::rows,
                    clock));
            this.listener = HttpListener.bind(ProxySetup.listening(config), transport, loops, loops, gateway);
            telemetry.gauge("tollgate_open_exchanges", listener::openExchanges);
            telemetry.gauge("tollgate_journal_pending_entries", journal::pending);
            telemetry.gauge("tollgate_ledger_lag_entries", room::lag);
            telemetry.gauge("tollgate_redis_memory_percent", room::memoryPercent);
            telemetry.gauge("tollgate_redis_waiting_entries", room::waiting);
            telemetry.gauge("tollgate_broken_shards", () -> keeping.complaints().size());
        } catch (IOException | RuntimeException failed) {
            closeOpened();
            throw failed;
        }
    }

    /** A pool belongs to the loop that makes it. */
    private void checkHealth(Routing routing, Upstreams upstreams, EventLoop loop) {
        loop.submit(() -> RoutingSetup.healthChecks(config, routing, upstreams, loop).stream()
                        .map(this::opened)
                        .forEach(HealthChecks::begin))
                .syncUninterruptibly();
    }

    private static Records openRecords(TollgateConfig config, Path data) {
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

    /** The Redis it works on. */
    RedisKeeper redis() {
        return redis;
    }

    private List<Upstream> sandbox(Transport transport) {
        EventLoopGroup own = opened(transport.loops(1, "sandbox"));
        Sandbox started = opened(Sandbox.start(0, transport, own));
        sandbox = started;
        return RoutingSetup.sandbox(config, URI.create("http://127.0.0.1:" + started.port()));
    }

    private @Nullable String notReady(Books keeping, Journal journal, RedisPulse pulse) {
        if (stopping) {
            return "stopping";
        }
        if (!journal.keeps()) {
            return "the journal cannot be written";
        }
        String closed = keeping.notReady();
        return closed == null ? pulse.notReady() : closed;
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

    /**
     * Stops: says so while it still takes what comes, then takes nothing new; what is open may end, what is left is cut
     * and charged, everything is put on disk.
     */
    @Override
    public void close() {
        stopping = true;
        Duration lameDuck = config.lameDuck().compareTo(config.drain()) < 0 ? config.lameDuck() : config.drain();
        listener.announceEnd();
        nap(lameDuck);
        listener.drain(config.drain().minus(lameDuck))
                .toCompletableFuture()
                .exceptionally(open -> null)
                .join();
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
            nap(Duration.ofMillis(10));
        }
    }

    private static void nap(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
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
